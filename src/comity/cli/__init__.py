"""The command line: `comity law`, `comity verify`, `comity simulate`, `comity node`."""
