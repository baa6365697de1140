import type { en } from './en.ts';

/** Where the app leads, in Chinese. */
export const zh: Record<keyof typeof en, string> = {
	'nav.drawer': '钱箱',
	'nav.count': '盘点',
	'nav.waste': '报损与调拨',
	'nav.bookings': '预订',
	'nav.floor': '桌台',
	'nav.display': '出品屏',
	'nav.office': '后台',
	'nav.lock': '切换用户',
	'nav.language': 'English',
	'nav.theme.day': '日间主题',
	'nav.theme.night': '夜间主题',
	'nav.fullscreen': '全屏',
	'office.version': '版本 {version}'
};
