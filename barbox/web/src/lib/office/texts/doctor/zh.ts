import type { en } from './en.ts';

export const zh: Record<keyof typeof en, string> = {
	good: '一切正常。',
	look: '有几项需要留意。',
	alarm: '有问题需要今天处理。',
	again: '重新检查',
	looking: '正在检查…',
	clock: '时钟',
	clockNow: '本机显示 {time}',
	ahead: '快了 {minutes} 分钟，正在放慢走时直到准确。',
	takeTime: '采用此设备的时间',
	taken: '时间已设置',
	updates: '更新',
	runs: '版本 {version}',
	noUpdate: '没有可用的更新。请插入带有更新的 U 盘。',
	unmanaged: '本机不是用安装程序部署的，请按原来的安装方式更新。',
	install: '安装 {version}',
	installing: '正在准备更新。营业不受影响，最后会短暂重启。',
	trying: '正在试用版本 {version}。',
	keys: '信任的密钥：{keys}',
	noKeys: '尚未信任任何密钥：sudo barbox update trust 文件'
};
