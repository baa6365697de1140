"""What recipes are compared with: the menu's prices without tax."""

from collections.abc import Mapping

from barbox.core.money import included_tax
from barbox.menu.queries import Catalogue
from barbox.menu.rules import Modifier
from barbox.stock import rules
from barbox.stock.queries import RecipeRow

Names = dict[str, str]


class Pricing:
    """The menu's prices; `included` where tax is part of them."""

    def __init__(self, catalogue: Catalogue, *, included: bool) -> None:
        self._products = catalogue.products
        self._included = included
        self._modifiers: dict[int, tuple[Modifier, int]] = {}
        for product in catalogue.products.values():
            for group in product.groups:
                for modifier in group.modifiers:
                    self._modifiers.setdefault(modifier.id, (modifier, product.tax_rate))

    def must(
        self, recipe: RecipeRow, recipes: rules.Recipes, costs: Mapping[int, int]
    ) -> tuple[rules.Must, rules.Must] | None:
        """The cheapest and the dearest of what must be chosen with what a recipe is of: a product, also in a size."""
        product = self._products.get(recipe.product_id or 0)
        if product is None or (recipe.modifier_id is not None and not recipe.of_size):
            return None
        return rules.must_choose(recipes, product, recipe.modifier_id, costs)

    def without_tax(self, recipe: RecipeRow, price: int) -> int:
        """A price (minor units) of what a recipe is of, without its tax."""
        product = self._products.get(recipe.product_id or 0)
        return price - included_tax(price, product.tax_rate) if product is not None and self._included else price

    def of(self, recipe: RecipeRow) -> tuple[Names, int | None, int]:
        """Names, price and price without tax of what a recipe is of; no price for what is not sold by itself."""
        product = self._products.get(recipe.product_id or 0)
        modifier, rate = self._modifiers.get(recipe.modifier_id or 0, (None, 0))
        if product is None:
            return self._one(modifier.names, modifier.price, rate) if modifier else ({}, None, 0)
        names, price = product.names, product.price
        if modifier is not None:
            price += modifier.price
            names = {each: f"{name} {modifier.names.get(each, '')}".strip() for each, name in names.items()}
        return self._one(names, price, product.tax_rate)

    def _one(self, names: Names, price: int, rate: int) -> tuple[Names, int | None, int]:
        if price <= 0:
            return names, None, 0
        return names, price, price - included_tax(price, rate) if self._included else price
