print("trackfill")
