import type { en } from './en.ts';

/** Who signs in, and who allows, in Chinese. */
export const zh: Record<keyof typeof en, string> = {
	'pin.who': '您是哪位？',
	'pin.for': '{name} 的密码',
	'pin.again': '请 {name} 再次输入 PIN',
	'pin.someone': '换个人',
	'pin.enter': '登录',
	'pin.delete': '删除一位',
	'pin.digits': '已输入 {n} 位',
	'pin.nobody': '还没有员工。',
	'pin.offline': '主机没有回应。恢复后即可登录。',
	'role.admin': '店主',
	'role.manager': '经理',
	'role.waiter': '服务员',
	'role.bartender': '调酒师',
	'role.kitchen': '厨房',
	'override.title': '经理密码',
	'override.lead': '此操作需要有权限的人。'
};
