"""Every refusal the box can give, each with its HTTP status, stable code and sentence in two languages.

They meet HTTP in one place, `core.http`, which writes them as problem+json (RFC 9457).
"""

from typing import Any, ClassVar


class Refusal(Exception):
    """Something was asked that the box will not do; nothing has changed.

    `fields` fill the sentence and are sent along as members of the problem document.
    """

    status: ClassVar[int] = 400
    code: ClassVar[str] = "bad_request"
    title: ClassVar[str] = "Bad request"
    texts: ClassVar[dict[str, str]] = {"en": "{detail}", "zh": "{detail}"}

    def __init__(self, **fields: Any) -> None:
        super().__init__(self.code, fields)
        self.fields = fields

    def sentence(self, language: str) -> str:
        """The refusal as one sentence for people, in `language` ("en" or "zh")."""
        return self.texts.get(language, self.texts["en"]).format(**self.fields)

    def problem(self, language: str) -> dict[str, Any]:
        """The problem document's members, RFC 9457, with our `code` and `error`."""
        return {
            "type": f"urn:barbox:{self.code}",
            "title": self.title,
            "status": self.status,
            "code": self.code,
            "detail": self.sentence("en"),
            "error": self.sentence(language),
            **self.fields,
        }


class BadRequest(Refusal):
    """A value that does not fit; `field` names it as a path from the body's root."""

    def __init__(self, detail: str, field: str = "$") -> None:
        super().__init__(detail=detail, field=field)

    def within(self, part: str) -> "BadRequest":
        """The same, its field being a member of `part` of the body."""
        return BadRequest(self.fields["detail"], f"{part}.{self.fields['field']}")

    texts = {"en": "{field}: {detail}", "zh": "{field}：{detail}"}


class InsufficientStock(Refusal):
    """An order for more than is there; `items` tell each one's name, what was asked and what is left.

    What is mixed `lacks` something, told in the same way.
    """

    code = "insufficient_stock"
    title = "Not enough in stock"

    def __init__(self, items: list[dict[str, Any]]) -> None:
        super().__init__(items=items)

    def sentence(self, language: str) -> str:
        zh = language == "zh"
        names = []
        for item in self.fields["items"]:
            lacks = ("、" if zh else ", ").join(_called(each, language) for each in item.get("lacks", ()))
            said = f"（{lacks}）" if zh else f" ({lacks})"
            names.append(_called(item, language) + (said if lacks else ""))
        return "、".join(names) + " 库存不足" if zh else "Not enough in stock: " + ", ".join(names)


def _called(item: dict[str, Any], language: str) -> str:
    name: str = item["names"].get(language) or item["name"]
    return name


class NotOffered(Refusal):
    """A product that is switched off or sold out (86)."""

    code = "not_available"
    title = "Not available"

    def __init__(self, product_id: int, names: dict[str, str]) -> None:
        super().__init__(itemId=product_id, name=names.get("en") or next(iter(names.values())), names=names)

    def sentence(self, language: str) -> str:
        names: dict[str, str] = self.fields["names"]
        name = names.get(language) or next(iter(names.values()))
        return f"{name} 已沽清" if language == "zh" else f"{name} is not available now"


class Unauthenticated(Refusal):
    status = 401
    code = "unauthenticated"
    title = "Who are you?"
    texts = {"en": "Please sign in: {reason}", "zh": "请先登录：{reason}"}

    def __init__(self, reason: str = "no valid token") -> None:
        super().__init__(reason=reason)


class TokenExpired(Unauthenticated):
    """The session goes on, its token is over: have it renewed (POST /api/session/renew) and ask again."""

    code = "token_expired"
    title = "Token expired"

    def __init__(self) -> None:
        super().__init__("the token is over, the session is not: renew it")


class WrongPin(Refusal):
    status = 401
    code = "wrong_pin"
    title = "Wrong PIN"
    texts = {"en": "That PIN is not right", "zh": "PIN 码不正确"}


class NotLent(Refusal):
    """An override by somebody whose PIN was not right; the one who is signed in stays signed in."""

    status = 403
    code = "wrong_pin"
    title = "Wrong PIN"
    texts = {"en": "That PIN is not right", "zh": "PIN 码不正确"}


class Forbidden(Refusal):
    status = 403
    code = "permission"
    title = "Not permitted"
    texts = {"en": "You need the permission {permission}", "zh": "您没有权限：{permission}"}

    def __init__(self, permission: str) -> None:
        super().__init__(permission=permission)


class PinAgain(Refusal):
    """Permitted, but the PIN was given so long ago that another may hold the tablet: send it in Manager-Override."""

    status = 403
    code = "pin_again"
    title = "PIN again"
    texts = {"en": "Please enter your PIN again", "zh": "请再次输入 PIN 码"}

    def __init__(self, permission: str) -> None:
        super().__init__(permission=permission)


class ForeignOrigin(Refusal):
    status = 403
    code = "foreign_origin"
    title = "Foreign origin"
    texts = {"en": "Requests from other pages are refused", "zh": "拒绝来自其他网页的请求"}


class NotFound(Refusal):
    status = 404
    code = "not_found"
    title = "Not found"
    texts = {"en": "There is no {what} {id}", "zh": "找不到 {what} {id}"}

    def __init__(self, what: str, id: object) -> None:  # noqa: A002 (the member's public name)
        super().__init__(what=what, id=id)


class SettledBySales(Refusal):
    """A setting that all amounts stand on, once something was sold."""

    status = 409
    code = "settled_by_sales"
    title = "Settled by sales"
    texts = {
        "en": "{name} cannot change any more: orders were taken with it, and their amounts would mean something else",
        "zh": "{name} 已不能更改：已有订单按现有设置计价，更改会使金额失真",
    }
    called = {
        "currency": {"en": "The currency", "zh": "货币"},
        "taxIncluded": {"en": "Whether prices include tax", "zh": "价格是否含税"},
    }

    def __init__(self, setting: str) -> None:
        super().__init__(field=setting)

    def sentence(self, language: str) -> str:
        return self.texts[language].format(name=self.called[self.fields["field"]][language])


class WrongState(Refusal):
    """The thing exists, but not in a state that allows this: paying a paid order, changing a sent line."""

    status = 409
    code = "wrong_state"
    title = "Not possible now"
    texts = {"en": "{what} is {state}", "zh": "{what} 当前状态为 {state}"}

    def __init__(self, what: str, state: str) -> None:
        super().__init__(what=what, state=state)


class StaleVersion(Refusal):
    """An edit made against an older version; `current` is the present state, to decide again on."""

    status = 409
    code = "stale_version"
    title = "Changed meanwhile"
    texts = {"en": "Somebody else changed this meanwhile", "zh": "其他人已修改，请核对后重试"}

    def __init__(self, current: object) -> None:
        super().__init__(current=current)


class DayNotReady(Refusal):
    """The day cannot be closed yet: these orders are open and not carried over, these drawers are not counted."""

    status = 409
    code = "day_not_ready"
    title = "Not all is closed"

    def __init__(self, orders: list[int], drawers: list[int]) -> None:
        super().__init__(orders=orders, drawers=drawers)

    def sentence(self, language: str) -> str:
        orders, drawers = len(self.fields["orders"]), len(self.fields["drawers"])
        if language == "zh":
            return f"还有 {orders} 单未结、{drawers} 个钱箱未清点"
        return f"{orders} orders are still open and {drawers} drawers not counted"


class NotBackedUp(Refusal):
    """A backup, a restore or a target that failed; `fault` is its code, `reason` says what to do."""

    status = 409
    code = "backup_fault"
    title = "Backup"
    texts = {"en": "{reason}", "zh": "{reason}"}

    def __init__(self, fault: str, reason: str) -> None:
        super().__init__(fault=fault, reason=reason)


class WasReplaced(Refusal):
    """This box came back after another was restored from its backups: it changes nothing until an admin decides."""

    status = 409
    code = "replaced"
    title = "This box was replaced"
    texts = {
        "en": "This box was replaced by another: nothing is changed here until an admin decides (Office, Backups)",
        "zh": "本机已被另一台替换：在管理员决定之前不能修改任何内容（后台 → 备份）",
    }


class AlreadyThere(Refusal):
    status = 409
    code = "already_there"
    title = "Already there"
    texts = {"en": "{what} is already there", "zh": "{what} 已存在"}

    def __init__(self, what: str) -> None:
        super().__init__(what=what)


class TableTaken(Refusal):
    """A booking for tables that are somebody's at that time; `tables` tell which, and whose."""

    status = 409
    code = "table_taken"
    title = "Table taken"

    def __init__(self, tables: list[dict[str, Any]]) -> None:
        super().__init__(tables=tables)

    def sentence(self, language: str) -> str:
        names = dict.fromkeys(each["table"] for each in self.fields["tables"])
        return "、".join(names) + " 该时段已被预订" if language == "zh" else "Taken at that time: " + ", ".join(names)


class TooLarge(Refusal):
    status = 413
    code = "too_large"
    title = "Too large"
    texts = {"en": "The request is larger than {limit} bytes", "zh": "请求超过 {limit} 字节"}

    def __init__(self, limit: int) -> None:
        super().__init__(limit=limit)


class NotJson(Refusal):
    status = 415
    code = "not_json"
    title = "JSON only"
    texts = {"en": "Send application/json", "zh": "仅接受 application/json"}


class Misdirected(Refusal):
    """A Host header that is none of the box's names: the mark of DNS rebinding."""

    status = 421
    code = "misdirected"
    title = "Not this box"
    texts = {"en": "This box is not called {host}", "zh": "本机名称不是 {host}"}

    def __init__(self, host: str) -> None:
        super().__init__(host=host)


class KeyReused(Refusal):
    status = 422
    code = "key_reused"
    title = "Key used for another request"
    texts = {
        "en": "This Idempotency-Key came with another request",
        "zh": "该 Idempotency-Key 已用于其他请求",
    }


class TooMany(Refusal):
    """Asked too often; `retryAfter` in seconds, also sent as the Retry-After header."""

    status = 429
    code = "too_many"
    title = "Too many tries"
    texts = {"en": "Too many tries: wait {retryAfter} s", "zh": "尝试次数过多：请等待 {retryAfter} 秒"}

    def __init__(self, retry_after: int) -> None:
        super().__init__(retryAfter=retry_after)


class Locked(TooMany):
    """Ten wrong PINs for one person: only a manager frees them."""

    code = "locked"
    title = "Locked"
    texts = {"en": "Locked: a manager has to free this person", "zh": "已锁定：请经理解锁"}

    def __init__(self) -> None:
        super().__init__(retry_after=3600)


class Unavailable(Refusal):
    """Starting, stopping, or the disk failed: the box says so rather than taking an order it could lose."""

    status = 503
    code = "unavailable"
    title = "Not ready"
    texts = {"en": "The box cannot do this now: {reason}", "zh": "暂时无法处理：{reason}"}

    def __init__(self, reason: str) -> None:
        super().__init__(reason=reason)


class Broken(Exception):
    """The box's own data or set-up is not as it must be; it does not start, or `verify` fails."""
