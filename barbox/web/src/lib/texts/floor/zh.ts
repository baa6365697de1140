import type { en } from './en.ts';

/** What is said on the floor, in Chinese. */
export const zh: Record<keyof typeof en, string> = {
	'floor.title': '桌台',
	'floor.tables': '桌台',
	'floor.tabs': '挂账',
	'floor.counter': '快销',
	'floor.newTab': '新挂账',
	'floor.tabName': '姓名或座位',
	'floor.tabCard': '押卡卡号（如有）',
	'floor.tabMember': '会员挂账',
	'paid.tonight': '今日已结账单',
	'paid.search': '桌号、姓名、单号或金额',
	'paid.none': '今天没有符合的已结账单。',
	'paid.refunded': '已退 {amount}',
	'floor.tabStart': '开单',
	'floor.noTabs': '没有未结的挂账。',
	'floor.noTables': '还没有桌台。请在后台绘制平面图。',
	'floor.seats': '{n} 座',
	'floor.booked': '{time} 已订',
	'floor.billed': '已打账单',
	'floor.ready': '待上桌',
	'floor.draft': '有未发送的点单',
	'floor.search': '找客人、卡号或桌台',
	'floor.open': '{n} 单未结',
	'floor.unnamed': '挂账',
	'order.items': '{n} 份'
};
