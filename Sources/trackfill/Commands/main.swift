import ArgumentParser

WriteSignals.ignore()
Trackfill.main()
