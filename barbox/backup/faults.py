"""What can go wrong with a backup, each with a code and a sentence that says what to do."""

from barbox.core.errors import Broken, NotBackedUp

SENTENCES: dict[str, dict[str, str]] = {
    "unreachable": {
        "en": "The target does not answer. Is the internet, or the machine that keeps the backups, switched on?",
        "zh": "备份位置没有响应，请检查网络或存放备份的设备是否开机。",
    },
    "credentials": {
        "en": "The target refuses the user name or key. Enter the credentials again.",
        "zh": "备份位置拒绝了账号或密钥，请重新填写。",
    },
    "clock": {
        "en": "The target refuses because this box's clock is wrong by more than 15 minutes. Set the clock.",
        "zh": "本机时间误差超过 15 分钟，备份位置拒绝访问，请校准时间。",
    },
    "no_place": {
        "en": "The folder or bucket is not there. Create it, or correct the address.",
        "zh": "找不到该文件夹或存储桶，请先创建或更正地址。",
    },
    "not_plugged_in": {
        "en": "The medium that holds the backups is not plugged in, or it is another one.",
        "zh": "存放备份的 U 盘或磁盘未插入，或插入的不是原来那个。",
    },
    "read_only": {
        "en": "The target cannot be written to. Is the medium write-protected?",
        "zh": "备份位置无法写入，请检查是否写保护。",
    },
    "full": {
        "en": "The target is full. Make room or choose a larger one; the earlier backups are untouched.",
        "zh": "备份位置空间已满，请腾出空间或更换更大的；以前的备份完好。",
    },
    "cut": {
        "en": "The connection broke in the middle. It is tried again; the earlier backups are untouched.",
        "zh": "传输中途断开，将自动重试；以前的备份完好。",
    },
    "damaged": {
        "en": "What was read back is not what was written. The target or its medium is failing: use another.",
        "zh": "读回的内容与写入的不一致，存储介质可能损坏，请更换。",
    },
    "unsound": {
        "en": "The copy was opened, but its database or journal is not sound. Run barbox verify at once.",
        "zh": "备份已打开，但数据库或日志校验未通过，请立即运行 barbox verify。",
    },
    "replaced": {
        "en": "This box was replaced: another was restored from its backups and now keeps its own there.",
        "zh": "本机已被替换：另一台机器已从其备份恢复并接管了备份。",
    },
    "occupied": {
        "en": "Another box keeps its backups there under the same store name. Give this one its own folder.",
        "zh": "另一台同名门店的机器已在此存放备份，请为本机另选文件夹。",
    },
    "box_full": {
        "en": "The box itself has too little room to prepare a backup. Free some; the till goes on.",
        "zh": "本机磁盘空间不足，无法准备备份，请清理空间；收银不受影响。",
    },
    "no_key": {
        "en": "There is no recovery key yet. Make one first and put its slip away safely.",
        "zh": "尚未生成恢复密钥，请先生成并妥善保管。",
    },
    "no_target": {"en": "No place for backups is set up yet.", "zh": "尚未设置备份位置。"},
    "stopped": {
        "en": "The backup was interrupted. It is made again; the earlier backups are untouched.",
        "zh": "备份被中断，将重新进行；以前的备份完好。",
    },
    "slip": {
        "en": "The recovery key's slip is still being printed; the backup follows in a minute.",
        "zh": "恢复密钥单正在打印，稍后自动备份。",
    },
    "busy": {"en": "A backup is being made already.", "zh": "正在备份中。"},
    "refused": {"en": "The target refused: {detail}", "zh": "备份位置拒绝：{detail}"},
    "missing": {"en": "The backup is no longer at the target.", "zh": "备份位置上已找不到该备份。"},
    "rehearsal": {
        "en": "The backup is sound, but the app did not start on it: {detail}",
        "zh": "备份完好，但用它启动系统失败：{detail}",
    },
    "nothing_there": {"en": "It answers, but holds no backups.", "zh": "能访问，但那里没有备份。"},
    "damaged_there": {
        "en": "This backup is damaged: choose an older one. ({detail})",
        "zh": "此备份已损坏，请选择更早的备份。（{detail}）",
    },
    "newer": {
        "en": "This backup was written by a newer release: update Barbox first.",
        "zh": "此备份来自更新的版本，请先升级系统。",
    },
    "other_slip": {
        "en": "This backup opens with another slip: {detail}",
        "zh": "此备份需要另一张恢复密钥单：{detail}",
    },
    "key_words": {
        "en": "the recovery key has 24 words; {detail} were given",
        "zh": "恢复密钥共 24 个单词，您输入了 {detail} 个",
    },
    "key_word": {"en": "this word is not one of the list: {detail}", "zh": "这个单词不在词表中：{detail}"},
    "key_sum": {
        "en": "all words are known, but one is wrong or two have changed places: compare with the slip again",
        "zh": "单词都存在，但有一个写错或顺序颠倒，请再与密钥单核对",
    },
    "key_letters": {
        "en": "a letter of the recovery key is wrong: compare with the slip again",
        "zh": "恢复密钥有一个字母不对，请再与密钥单核对",
    },
    "key_form": {
        "en": "that is not a recovery key: it begins with AGE-SECRET-KEY-1 and has 74 letters",
        "zh": "这不是恢复密钥：它以 AGE-SECRET-KEY-1 开头，共 74 个字符",
    },
}


class BackupFault(Broken):
    """A backup or restore that failed; `code` is a key of SENTENCES, `detail` what the machine said."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(code, detail)
        self.code = code
        self.detail = detail

    def __str__(self) -> str:
        return sentence(self.code, self.detail, "en")

    def refusal(self, language: str) -> NotBackedUp:
        """The fault as the API answers it."""
        return NotBackedUp(self.code, sentence(self.code, self.detail, language))


def sentence(code: str, detail: str, language: str) -> str:
    """The fault for people."""
    return SENTENCES[code][language].format(detail=detail[:200])
