"""Who there is: States' authorities, their offices and officers, their keys, and the directory of partners."""
