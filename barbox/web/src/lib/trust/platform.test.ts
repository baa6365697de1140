import { expect, test } from 'vitest';
import { platformOf } from './platform.ts';

test('each device is told its own steps', () => {
	expect(platformOf('Mozilla/5.0 (Linux; Android 14; SM-X200) Chrome/130', 5)).toBe('android');
	expect(platformOf('Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X)', 5)).toBe('apple');
	expect(platformOf('Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7)', 5)).toBe('apple');
	expect(platformOf('Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7)', 0)).toBe('mac');
	expect(platformOf('Mozilla/5.0 (Windows NT 10.0; Win64; x64)', 0)).toBe('windows');
});
