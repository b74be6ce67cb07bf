import ArgumentParser

ignoreSignalsOfWrites()
Trackfill.main()
