import type { en } from './en.ts';

/** 配对与首次设置。 */
export const zh: Record<keyof typeof en, string> = {
	'pair.title': '连接这台平板',
	'pair.lead': '扫描小票上或后台“设备”里的二维码，或在这里输入配对码。',
	'pair.code': '配对码',
	'pair.name': '这台平板的名称',
	'pair.nameHint': '例如：吧台左、露台手机',
	'pair.go': '连接',
	'pair.busy': '正在连接…',
	'pair.known': '以前连过的主机',
	'pair.elsewhere': '这台平板还有 {n} 条未发送的操作。请先发送或放弃，再重新配对。',
	'setup.title': '新店开张',
	'setup.lead': '一分钟就能开出第一单。这些以后都可以在后台修改。',
	'setup.code': '开店码',
	'setup.codeHint': '主机启动时打印的',
	'setup.venue': '店名',
	'setup.language': '小票语言',
	'setup.currency': '货币',
	'setup.timezone': '时区',
	'setup.tax': '价格含税',
	'setup.admin': '您的姓名',
	'setup.pin': '您的密码（4 到 8 位数字）',
	'setup.pinAgain': '再输一次密码',
	'setup.pinDiffers': '两次密码不一致。',
	'setup.pinShort': '密码为 4 到 8 位数字。',
	'setup.device': '这台平板的名称',
	'setup.go': '开店',
	'setup.step.bar': '店铺',
	'setup.step.you': '您'
};
