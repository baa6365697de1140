import type { en } from './en.ts';

/** What is 86, and of what only a few are left, in Chinese. */
export const zh: Record<keyof typeof en, string> = {
	title: '86 沽清与余量',
	soldOut: '沽清',
	back: '恢复供应',
	few: '只剩几份…',
	howMany: '{name} 还剩几份？',
	plenty: '充足',
	none: '沽清：没有了',
	find: '查找商品',
	nothing: '没有找到。'
};
