"""What can be found, and the sentence for each, in both languages."""

from typing import Literal, NamedTuple

State = Literal["good", "warning", "alarm", "unknown"]
WORST: tuple[State, ...] = ("alarm", "warning", "unknown", "good")

NAMES: dict[str, dict[str, str]] = {
    "disk": {"en": "Disk", "zh": "磁盘"},
    "wear": {"en": "SD card or disk wear", "zh": "存储卡磨损"},
    "temperature": {"en": "Temperature", "zh": "温度"},
    "power": {"en": "Power supply", "zh": "供电"},
    "time": {"en": "Clock", "zh": "时钟"},
    "network": {"en": "Network", "zh": "网络"},
    "mdns": {"en": "Name on the network", "zh": "网络名称"},
    "printers": {"en": "Printers", "zh": "打印机"},
    "backups": {"en": "Backups", "zh": "备份"},
    "database": {"en": "Database", "zh": "数据库"},
    "stock": {"en": "Stock ledger", "zh": "库存台账"},
    "updates": {"en": "Updates", "zh": "更新"},
}

SENTENCES: dict[str, dict[str, str]] = {
    "disk_low": {
        "en": "The disk is getting full. Take old files off it, or put the data on a larger one.",
        "zh": "磁盘空间不多了。请清理旧文件，或换用更大的磁盘。",
    },
    "disk_full": {
        "en": "The disk is almost full, and then no orders can be taken. Free space today.",
        "zh": "磁盘即将写满，写满后将无法点单。请今天就腾出空间。",
    },
    "wear_unknown": {
        "en": "This card does not tell how worn it is. Change it every two years, and keep backups.",
        "zh": "该存储卡不报告磨损情况。建议每两年更换一次，并保持备份。",
    },
    "wear_high": {
        "en": "The card is near the end of its life. Order a new one, and restore the latest backup onto it.",
        "zh": "存储卡接近寿命终点。请购买新卡，并将最新备份恢复到新卡上。",
    },
    "disk_errors": {
        "en": "The file system has met errors. Make a backup now, and replace the card or disk.",
        "zh": "文件系统出现过错误。请立即备份，并更换存储卡或磁盘。",
    },
    "hot": {
        "en": "The box is warm. Give it more air, away from the coffee machine.",
        "zh": "机器偏热。请改善通风，远离咖啡机等热源。",
    },
    "too_hot": {
        "en": "The box is too hot and slows itself down. Put it somewhere cooler, or give it a fan.",
        "zh": "机器过热，正在自动降速。请移到阴凉处或加装风扇。",
    },
    "undervoltage_now": {
        "en": "The power supply is too weak right now. Use the maker's own supply and a short cable.",
        "zh": "当前供电不足。请使用原装电源和较短的电源线。",
    },
    "undervoltage_before": {
        "en": "The power supply was too weak since the last start. Use the maker's own supply and a short cable.",
        "zh": "自上次启动以来曾供电不足。请使用原装电源和较短的电源线。",
    },
    "no_sensor": {"en": "This machine has no sensor for it. Nothing to do.", "zh": "本机没有相应的传感器，无需处理。"},
    "time_guess": {
        "en": "The clock was certainly wrong at the start. Set the time here, and fit a battery clock.",
        "zh": "启动时时钟明显不准。请在此设置时间，并加装带电池的时钟模块。",
    },
    "time_unverified": {
        "en": "Nobody has confirmed the time yet. Compare it with your watch; connect the internet or set it here.",
        "zh": "时间尚未得到确认。请与手表核对，联网或在此设置时间。",
    },
    "time_ahead": {
        "en": "The clock is more than 12 hours ahead. Set the right time here; it then runs slower until they meet.",
        "zh": "时钟快了 12 小时以上。请在此设置正确时间，系统会放慢走时直到一致。",
    },
    "no_network": {
        "en": "The box is on no network, so no tablet reaches it. Check cable, Wi-Fi and router.",
        "zh": "机器未接入任何网络，平板无法连接。请检查网线、Wi-Fi 和路由器。",
    },
    "mdns_off": {
        "en": "The box does not tell its name on the network. Tablets reach it by its address.",
        "zh": "机器未在网络上公布名称。平板可通过 IP 地址连接。",
    },
    "mdns_other": {
        "en": "Another machine has the name that was wished for. Use the one shown, or rename one of the two.",
        "zh": "网络上已有同名机器。请使用所示名称，或为其中一台改名。",
    },
    "printers_out": {
        "en": "These printers do not answer. Check power, paper, cover and cable; tickets wait or go elsewhere.",
        "zh": "这些打印机没有响应。请检查电源、纸张、上盖和连线；小票会等待或改由其他打印机打印。",
    },
    "no_printers": {
        "en": "There is no printer yet. Add one on the Printers page.",
        "zh": "还没有打印机。请在“打印机”页面添加。",
    },
    "no_backup": {
        "en": "There is no proven backup yet. Make a recovery key and a target on the Backups page.",
        "zh": "还没有经过验证的备份。请在“备份”页面创建恢复密钥并添加备份位置。",
    },
    "backup_old": {
        "en": "The last proven backup is older than a day. Look at the Backups page for the reason.",
        "zh": "最近一次经过验证的备份已超过一天。请在“备份”页面查看原因。",
    },
    "database_stopped": {
        "en": "The disk failed, and no order is taken. Restart the box; if it happens again, change card and restore.",
        "zh": "磁盘故障，已停止点单。请重启机器；若再次出现，请更换存储卡并恢复备份。",
    },
    "database_unsound": {
        "en": "The database is damaged. Stop selling, make a copy of the data folder, and restore the latest backup.",
        "zh": "数据库已损坏。请停止营业操作，复制数据目录，并恢复最新备份。",
    },
    "stock_wrong": {
        "en": "The stock of these items is not the sum of their moves. Count them, and keep a copy for the maker.",
        "zh": "这些货品的库存与流水不符。请重新盘点，并保留一份数据副本交给软件提供方。",
    },
    "update_refused": {
        "en": "The last update was taken back, since it did not work here. Tell its maker the reason shown.",
        "zh": "上次更新无法正常运行，已自动退回。请将所示原因告知软件提供方。",
    },
    "update_failed": {
        "en": "The last update was not installed. The reason is shown; the box runs on as before.",
        "zh": "上次更新未能安装，原因如下；系统照常运行。",
    },
}


class Finding(NamedTuple):
    """`about` is a key of NAMES, `advice` one of SENTENCES or empty where all is well; `value` what was seen."""

    about: str
    state: State
    value: str = ""
    advice: str = ""

    def name(self, language: str) -> str:
        return NAMES[self.about][language]

    def sentence(self, language: str) -> str:
        """What to do; empty when nothing."""
        return SENTENCES[self.advice][language] if self.advice else ""


def worst(findings: list[Finding]) -> State:
    """The worst state among them."""
    return min((each.state for each in findings), key=WORST.index, default="good")
