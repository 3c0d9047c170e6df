"""The words everyone uses: no tables, no framework, no rules of any one room."""
