"""The menu: categories, products, modifiers, tax rates, and the price in force at a moment."""
