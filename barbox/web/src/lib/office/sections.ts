import BadgePercent from '@lucide/svelte/icons/badge-percent';
import Beer from '@lucide/svelte/icons/beer';
import Boxes from '@lucide/svelte/icons/boxes';
import ChartColumn from '@lucide/svelte/icons/chart-column';
import ChartSpline from '@lucide/svelte/icons/chart-spline';
import DatabaseBackup from '@lucide/svelte/icons/database-backup';
import IdCard from '@lucide/svelte/icons/id-card';
import MapIcon from '@lucide/svelte/icons/map';
import PencilLine from '@lucide/svelte/icons/pencil-line';
import PrinterIcon from '@lucide/svelte/icons/printer';
import ReceiptText from '@lucide/svelte/icons/receipt-text';
import Settings from '@lucide/svelte/icons/settings-2';
import ShoppingCart from '@lucide/svelte/icons/shopping-cart';
import Stethoscope from '@lucide/svelte/icons/stethoscope';
import TabletSmartphone from '@lucide/svelte/icons/tablet-smartphone';
import Users from '@lucide/svelte/icons/users';
import Utensils from '@lucide/svelte/icons/utensils';
import type { Component } from 'svelte';
import type { Permission } from '#lib/api/types.ts';
import type { OfficeText } from './texts/office.ts';

export interface Section {
	/** Folder in routes/office. */
	path: string;
	title: Extract<OfficeText, `section.${string}`>;
	/** Who sees it. */
	may: Permission;
	icon: Component<{ size?: number }>;
	group: 'sell' | 'guests' | 'figures' | 'house' | 'box';
}

/**
 * The office, section by section. A new one is a line here and routes/office/<path>/+page.svelte: a `Page` of
 * lib/office/kit. Its words go to lib/office/texts, or, when they are many, to a catalogue of its own by `speak`.
 */
export const SECTIONS: readonly Section[] = [
	{ path: 'menu', title: 'section.menu', may: 'menu.edit', icon: Utensils, group: 'sell' },
	{ path: 'prices', title: 'section.prices', may: 'menu.edit', icon: BadgePercent, group: 'sell' },
	{ path: 'stock', title: 'section.stock', may: 'stock.edit', icon: Boxes, group: 'sell' },
	{ path: 'moves', title: 'section.moves', may: 'stock.waste', icon: PencilLine, group: 'sell' },
	{ path: 'buying', title: 'section.buying', may: 'stock.edit', icon: ShoppingCart, group: 'sell' },
	{ path: 'cellar', title: 'section.cellar', may: 'stock.read', icon: Beer, group: 'sell' },
	{ path: 'members', title: 'section.members', may: 'member.manage', icon: IdCard, group: 'guests' },
	{ path: 'reports', title: 'section.reports', may: 'report.read', icon: ChartColumn, group: 'figures' },
	{ path: 'forecast', title: 'section.forecast', may: 'report.read', icon: ChartSpline, group: 'figures' },
	{ path: 'floor', title: 'section.floor', may: 'floor.edit', icon: MapIcon, group: 'house' },
	{ path: 'people', title: 'section.people', may: 'staff.edit', icon: Users, group: 'house' },
	{ path: 'settings', title: 'section.settings', may: 'settings.edit', icon: Settings, group: 'house' },
	{ path: 'printers', title: 'section.printers', may: 'printer.use', icon: PrinterIcon, group: 'box' },
	{ path: 'papers', title: 'section.papers', may: 'printer.edit', icon: ReceiptText, group: 'box' },
	{ path: 'devices', title: 'section.devices', may: 'device.edit', icon: TabletSmartphone, group: 'box' },
	{ path: 'backups', title: 'section.backups', may: 'backup.run', icon: DatabaseBackup, group: 'box' },
	{ path: 'doctor', title: 'section.doctor', may: 'settings.edit', icon: Stethoscope, group: 'box' }
];
export const GROUPS = ['sell', 'guests', 'figures', 'house', 'box'] as const;
