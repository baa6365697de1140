"""Taking money: cash with change, card and mobile recorded, in parts; receipts."""
