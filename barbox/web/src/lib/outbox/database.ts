import { openDB, type DBSchema, type IDBPDatabase } from 'idb';
import type { NewLine, Tender } from '#lib/api/types.ts';
import type { Entry, Ref, Refused } from './commands.ts';

export interface DraftLine {
	id: string;
	itemId: number;
	quantity: number;
	modifiers: number[];
	seat?: number;
	course?: number;
	note?: string;
	hold?: boolean;
	/** What an open-price product costs this time. */
	price?: number;
	/** The choices within the courses of a set menu. */
	parts?: NonNullable<NewLine['parts']>;
}

/** A round being typed: not ordered yet, but it survives a reload. */
export interface Draft {
	ref: Ref;
	tableId: number | null;
	tab: string | null;
	covers: number | null;
	takeaway?: boolean;
	/** Of a guest's card that stands for the tab. */
	card?: string;
	/** Somebody has looked at the guests' papers. */
	ageChecked?: boolean;
	lines: DraftLine[];
	at: number;
}

/** A payment whose answer is not known yet. It is asked again with the same key: booked once, however often. */
export interface PendingPayment {
	key: string;
	orderId: number;
	tenders: Tender[];
	/** Which guest's share of the order it pays. */
	share?: number;
	staffId: number;
	at: number;
}

interface Lease {
	owner: string;
	until: number;
}

interface Schema extends DBSchema {
	entries: { key: number; value: Entry; indexes: { key: string } };
	refused: { key: number; value: Refused };
	aliases: { key: string; value: { key: string; orderId: number; at: number } };
	drafts: { key: string; value: Draft };
	payments: { key: string; value: PendingPayment };
	pictures: { key: string; value: unknown };
	leases: { key: string; value: Lease };
}

export type Store = IDBPDatabase<Schema>;

/** Strict: the promise of a write resolves when the bytes are on the flash, not in a cache that a dying battery takes along. */
export const STRICT = { durability: 'strict' } as const;

export function openStore(name = 'barbox'): Promise<Store> {
	return openDB<Schema>(name, 1, {
		upgrade(db) {
			db.createObjectStore('entries', { keyPath: 'n', autoIncrement: true }).createIndex('key', 'key', {
				unique: true
			});
			db.createObjectStore('refused', { keyPath: 'n' });
			db.createObjectStore('aliases', { keyPath: 'key' });
			db.createObjectStore('drafts', { keyPath: 'ref' });
			db.createObjectStore('payments', { keyPath: 'key' });
			db.createObjectStore('pictures');
			db.createObjectStore('leases');
		},
		blocking(_current, _blocked, event) {
			// A newer app in another tab wants to change the store: let it.
			(event.target as IDBDatabase).close();
		}
	});
}

let opened: Promise<Store> | undefined;

/** This tablet's store, opened once. */
export function store(): Promise<Store> {
	return (opened ??= openStore());
}
