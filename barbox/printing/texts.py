"""The words on paper, in both languages."""

TEXTS: dict[str, dict[str, str]] = {
    "table": {"en": "Table", "zh": "桌"},
    "tab": {"en": "Tab", "zh": "挂账"},
    "order": {"en": "Order", "zh": "单号"},
    "guests": {"en": "{n} guests", "zh": "{n} 位"},
    "served_by": {"en": "Served by", "zh": "服务员"},
    "course": {"en": "COURSE {n}", "zh": "第 {n} 道"},
    "seat": {"en": "seat {n}", "zh": "{n} 号位"},
    "items": {"en": "{n} items", "zh": "共 {n} 项"},
    "end": {"en": "END {number}", "zh": "完 {number}"},
    "before": {"en": "before: {number}", "zh": "上一张 {number}"},
    "first_today": {"en": "first today", "zh": "今日首张"},
    "void": {"en": "VOID", "zh": "退单"},
    "void_of": {"en": "takes back", "zh": "退回"},
    "fire": {"en": "FIRE", "zh": "起菜"},
    "moved": {"en": "NOW AT", "zh": "已换至"},
    "reprint": {"en": "POSSIBLE REPRINT - COPY {n}", "zh": "可能重复 - 第 {n} 份"},
    "copy": {"en": "REPRINT - COPY {n}", "zh": "重打 - 第 {n} 份"},
    "first_at": {"en": "first sent {time}", "zh": "首次发送 {time}"},
    "instead_of": {"en": "INSTEAD OF {name}", "zh": "代替 {name}"},
    "may_also": {"en": "MAY ALSO PRINT AT {name}", "zh": "{name} 可能也会打印"},
    "reason": {"en": "Reason: {reason}", "zh": "原因：{reason}"},
    "subtotal": {"en": "Subtotal", "zh": "小计"},
    "discount": {"en": "Discount", "zh": "折扣"},
    "total": {"en": "TOTAL", "zh": "合计"},
    "tax_included": {"en": "incl. {name} {rate} on {base}", "zh": "含{name} {rate}（税基 {base}）"},
    "tax_added": {"en": "{name} {rate} on {base}", "zh": "{name} {rate}（税基 {base}）"},
    "cash": {"en": "Cash", "zh": "现金"},
    "card": {"en": "Card", "zh": "刷卡"},
    "mobile": {"en": "Mobile", "zh": "移动支付"},
    "tendered": {"en": "Given", "zh": "实收"},
    "change": {"en": "Change", "zh": "找零"},
    "tip": {"en": "Tip", "zh": "小费"},
    "balance": {"en": "Still to pay", "zh": "未付"},
    "complimentary": {"en": "on the house", "zh": "赠送"},
    "pro_forma": {"en": "PRE-BILL - NOT A RECEIPT", "zh": "预结单 - 非收据"},
    "tax_number": {"en": "Tax no. {number}", "zh": "税号 {number}"},
    "thanks": {"en": "Thank you!", "zh": "谢谢光临！"},
    "test_page": {"en": "Test page", "zh": "测试页"},
    "recovery": {"en": "PRINTER IS BACK", "zh": "打印机已恢复"},
    "welcome": {"en": "Scan to connect a tablet", "zh": "扫码连接平板"},
}


def text(key: str, language: str, **values: object) -> str:
    """One of the texts in "en" or "zh", filled in."""
    return TEXTS[key][language].format(**values)
