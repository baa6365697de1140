import type { en } from './en.ts';

export const zh: Record<keyof typeof en, string> = {
	title: '出品屏',
	choose: '哪个档口？',
	everything: '全部档口',
	empty: '全部出完，辛苦了。',
	bump: '完成',
	bumped: '已完成：{name}',
	changed: '已更改',
	recall: '找回',
	recallTitle: '找回',
	noRecall: '没有可找回的。',
	allDay: '总数',
	open: '{n} 张未出',
	sound: '提示音',
	mute: '静音',
	dead: '连接中断：屏幕内容可能不是最新',
	late: '超时',
	soon: '快超时',
	fresh: '正常'
};
