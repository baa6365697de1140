import type * as api from '#lib/api/generated.ts';

export type Checkup = Omit<Required<api.Checkup>, 'state' | 'findings'> & {
	state: State;
	findings: (Required<api.CheckupItem> & { state: State })[];
};
export type State = 'good' | 'warning' | 'alarm' | 'unknown';
export type Clock = Required<api.ClockView>;
export type Updates = Required<api.Updates>;
