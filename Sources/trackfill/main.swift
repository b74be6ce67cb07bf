import ArgumentParser

// A reader of our output that goes away is an error of write(2), not the death of the process.
ignoreSignalsOfWrites()
Trackfill.main()
