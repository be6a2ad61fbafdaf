/** What a service calls to tell how well it saves itself work. Apart, since it needs neither stores nor PromQL. */
export { type TrackModuleLoadOptions, trackModuleLoad } from './track-module-load.ts';
export { type TrackWorkOptions, trackWork, type WorkPath } from './track-work.ts';
