/** The box's types by the names that the cellar's screens use; see lib/api/types.ts. */
import type * as api from '#lib/api/generated.ts';

export type Taps = api.TapsView;
export type Tap = api.TapView;
export type Kegs = api.KegsView;
export type Keg = api.KegView;
export type EditTap = api.EditTap;
export type TapKeg = api.TapKeg;
export type Cleanings = api.CleaningsView;
export type Bottles = api.BottlesView;
export type Bottle = api.BottleView;
export type BottleStory = api.BottleStory;
export type KeepBottle = api.KeepBottle;
export type EditBottle = api.EditBottle;
