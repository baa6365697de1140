import adapter from '@sveltejs/adapter-static';
import { sveltekit } from '@sveltejs/kit/vite';
import tailwindcss from '@tailwindcss/vite';
import { defineConfig } from 'vitest/config';

/** The box that `npm run dev` talks to. */
const box = process.env.BARBOX_URL ?? 'http://127.0.0.1:8080';

export default defineConfig({
	plugins: [
		tailwindcss(),
		sveltekit({
			// The same sources are the same version: a rebuild alone must not ask the tablets to reload.
			version: { name: process.env.BARBOX_APP_VERSION ?? 'development', pollInterval: 60_000 },
			adapter: adapter({ pages: 'dist', assets: 'dist', fallback: 'index.html', precompress: true }),
			csp: {
				mode: 'hash',
				directives: {
					'default-src': ['self'],
					'script-src': ['self'],
					// SvelteKit hides what it reads out to the blind by one inline style: that one alone, by its hash.
					'style-src': ['self', 'unsafe-hashes', 'sha256-S8qMpvofolR8Mpjy4kQvEm7m1q8clzU4dfDH0AmvZjo='],
					'img-src': ['self', 'data:'],
					// Other addresses are asked whether they are this tablet's box, and whether they are trusted.
					'connect-src': ['self', 'http:', 'https:'],
					'object-src': ['none'],
					'base-uri': ['none'],
					'form-action': ['self']
				}
			}
		})
	],
	build: {
		target: ['chrome111', 'safari16.4', 'firefox128'],
		// An icon is a hundred bytes: in a file each, two dozen of them cost three times that, and as many questions.
		rolldownOptions: {
			output: { codeSplitting: { groups: [{ name: 'icons', test: /@lucide/, minShareCount: 2 }] } }
		}
	},
	server: { proxy: { '/api': { target: box, ws: true } } },
	test: { include: ['src/**/*.test.ts'] }
});
