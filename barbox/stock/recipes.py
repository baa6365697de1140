"""Writing recipes: of a product, of a product in a size or with a choice, of a modifier, or of a premix."""

from collections.abc import Mapping
from typing import Annotated, Literal, NamedTuple

from msgspec import Meta

from barbox.core.errors import BadRequest, NotFound
from barbox.core.messages import Body, Id, Made
from barbox.core.statements import Statement, freeze
from barbox.core.transaction import Transaction
from barbox.menu.queries import load_catalogue
from barbox.stock import rules, shelf
from barbox.stock.cookbook import load_cookbook
from barbox.stock.items import next_line, row_of, thousandths
from barbox.stock.models import Recipe, RecipeLine

R, L = Recipe, RecipeLine
_WRITTEN = ("product_id", "modifier_id", "item_id", "yields", "note", "from_line", "at", "staff_id")
_INSERT = freeze(lambda p: R.insert(**{name: getattr(p, name) for name in _WRITTEN}))
_OF_LINE = ("recipe_id", "line", "item_id", "quantity", "loss", "takes")
_INSERT_LINE = freeze(lambda p: L.insert(**{name: getattr(p, name) for name in _OF_LINE}))
_RETIRE = Statement(
    "UPDATE recipe SET until_line = ?"
    " WHERE until_line IS NULL AND product_id IS ? AND modifier_id IS ? AND item_id IS ?",
    ("until_line", "product_id", "modifier_id", "item_id"),
)


class Ingredient(Body):
    """So much of an item, in its unit; `loss` per mille of it is lost on the way (a squeezed lime, foam)."""

    item_id: Id
    quantity: Annotated[float, Meta(gt=0, le=1_000_000)]
    loss: Annotated[int, Meta(ge=0, le=9000)] = 0


class EditRecipe(Body):
    """What one takes; of a premix, what makes `yields` of it."""

    items: Annotated[list[Ingredient], Meta(min_length=1, max_length=60)]
    yields: Annotated[float, Meta(gt=0, le=10_000_000)] = 1
    note: Annotated[str, Meta(max_length=2000)] | None = None


class RecipeOf(NamedTuple):
    """What a recipe is of: a product, a product in a size or with a choice, a modifier, or a premix."""

    product_id: int | None = None
    modifier_id: int | None = None
    item_id: int | None = None

    @property
    def kind(self) -> Literal["product", "modifier", "item"]:
        return "item" if self.item_id is not None else "modifier" if self.product_id is None else "product"

    @property
    def subject(self) -> str:
        numbers = [str(each) for each in self if each is not None]
        return f"{self.kind}:{':'.join(numbers)}"


def save_recipe(tx: Transaction, of: RecipeOf, body: EditRecipe) -> Made:
    """From the next order on, this is what it takes. Raises NotFound, or BadRequest naming the ingredient."""
    _known(tx, of)
    seen: set[int] = set()
    lines = []
    for index, each in enumerate(body.items):
        field = f"items[{index}]"
        row = row_of(tx, each.item_id)
        if row.id in seen:
            raise BadRequest("stands twice", f"{field}.itemId")
        seen.add(row.id)
        quantity = thousandths(each.quantity, f"{field}.quantity")
        takes = rules.with_loss(quantity, each.loss)
        lines.append({"line": index + 1, "item_id": row.id, "quantity": quantity, "loss": each.loss, "takes": takes})
    if of.item_id is not None:
        _no_circle(of.item_id, seen, tx.cached(load_cookbook).recipes.made)
    elif body.yields != 1:
        raise BadRequest("is for what is produced: a product's recipe is of one", "yields")
    _retire(tx, of)
    made = tx.execute(
        _INSERT,
        **of._asdict(),
        yields=thousandths(body.yields, "yields"),
        note=body.note,
        from_line=next_line(tx),
        at=tx.now,
        staff_id=tx.actor.staff_id,
    ).lastrowid
    tx.execute_many(_INSERT_LINE, [{"recipe_id": made, **each} for each in lines])
    _changed(tx, of, body)
    return Made(int(made or 0))


def drop_recipe(tx: Transaction, of: RecipeOf) -> None:
    """From the next order on, it takes nothing. Raises NotFound."""
    if not _retire(tx, of):
        raise NotFound("recipe", of.subject)
    _changed(tx, of, {"dropped": True})


def _retire(tx: Transaction, of: RecipeOf) -> int:
    return tx.execute(_RETIRE, until_line=next_line(tx), **of._asdict()).rowcount


def _changed(tx: Transaction, of: RecipeOf, facts: object) -> None:
    tx.invalidate(load_cookbook)
    tx.emit("recipe.changed", of.subject, facts, rooms=("office",))
    if of.product_id is not None:
        shelf.tell_product(tx, of.product_id)


def _known(tx: Transaction, of: RecipeOf) -> None:
    """Raises NotFound for what is not there, BadRequest for a size the product does not have."""
    products = tx.cached(load_catalogue).products
    if of.item_id is not None:
        row_of(tx, of.item_id)
    elif of.product_id is not None:
        product = products.get(of.product_id)
        if product is None:
            raise NotFound("product", of.product_id)
        choices = {each.id for group in product.groups if group.kind != "set" for each in group.modifiers}
        if of.modifier_id is not None and of.modifier_id not in choices:
            raise BadRequest("is no choice of this product", "modifierId")
    elif not any(
        each.id == of.modifier_id
        for product in products.values()
        for group in product.groups
        for each in group.modifiers
    ):
        raise NotFound("modifier", of.modifier_id)


def _no_circle(item_id: int, takes: set[int], made: Mapping[int, rules.Brew]) -> None:
    """Raises BadRequest where a premix would be made of itself."""
    waiting = list(takes)
    while waiting:
        each = waiting.pop()
        if each == item_id:
            raise BadRequest("would be made of itself", "items")
        if each in made:
            waiting += [inner for inner, _ in made[each].needs]
