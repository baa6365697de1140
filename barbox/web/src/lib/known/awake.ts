/**
 * Keeps the screen on until the returned function is called: a kitchen display is read, not touched. Only where the
 * tablet trusts the box; elsewhere, and on a low battery, the browser says no, which is no harm.
 */
export function stayAwake(): () => void {
	let lock: WakeLockSentinel | null = null;
	let over = false;

	async function take(): Promise<void> {
		if (document.visibilityState !== 'visible' || !('wakeLock' in navigator)) return;
		const taken = await navigator.wakeLock.request('screen').catch(() => null);
		if (over) await taken?.release();
		else lock = taken;
	}
	void take();
	document.addEventListener('visibilitychange', take);
	return () => {
		over = true;
		document.removeEventListener('visibilitychange', take);
		void lock?.release();
	};
}
