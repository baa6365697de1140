import type { en } from './en.ts';

/** What is said on the floor, in Chinese. */
export const zh: Record<keyof typeof en, string> = {
	'floor.title': '桌台',
	'floor.tables': '桌台',
	'floor.tabs': '挂账',
	'floor.counter': '快销',
	'floor.newTab': '新挂账',
	'floor.tabName': '姓名、卡号或座位',
	'floor.tabStart': '开单',
	'floor.noTabs': '没有未结的挂账。',
	'floor.noTables': '还没有桌台。请在后台绘制平面图。',
	'floor.seats': '{n} 座',
	'floor.booked': '{time} 已订',
	'floor.billed': '已打账单',
	'floor.ready': '待上桌',
	'floor.draft': '有未发送的点单',
	'floor.search': '找挂账或桌台',
	'floor.open': '{n} 单未结',
	'floor.unnamed': '挂账',
	'order.items': '{n} 份'
};
