import type { en } from './en.ts';

/** 交班留言。 */
export const zh: Record<keyof typeof en, string> = {
	title: '交班留言',
	lead: '告诉下一班的事，所有人都能看到。',
	label: '新留言',
	hint: '3 号桶快空了 · 抽屉里的围巾是 5 号桌的',
	leave: '留言',
	none: '没有留言。',
	done: '已处理',
	back: '还没处理',
	doneBy: '{name} {time} 已处理',
	lately: '最近处理的',
	waits: '还在这台平板上',
	more: '{n} 条留言'
};
