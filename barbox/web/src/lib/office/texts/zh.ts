import type { en } from './en.ts';

/** 后台用语。 */
export const zh: Record<keyof typeof en, string> = {
	'section.home': '概览',
	'section.menu': '菜单',
	'section.prices': '欢乐时光',
	'section.floor': '桌位图',
	'section.stock': '库存',
	'section.members': '会员',
	'section.bookings': '预订',
	'section.reports': '报表',
	'section.people': '员工',
	'section.printers': '打印机',
	'section.papers': '单据样式',
	'section.devices': '设备',
	'section.backups': '备份',
	'section.settings': '设置',
	'group.sell': '商品',
	'group.guests': '客人',
	'group.figures': '经营',
	'group.house': '门店',
	'group.box': '系统',
	'nav.sections': '后台栏目',

	'home.lead': '门店一览。',
	'devices.lead': '已连接本机的平板、手机和显示屏。',
	'devices.another': '换一个配对码',
	'devices.paired': '已连接的设备',
	'devices.since': '{day} 起',
	'devices.this': '本机',
	'devices.revoke': '停用',
	'devices.sure': '确认停用'
};
