"""Items and recipes as tables: out to a spreadsheet, and in again."""
