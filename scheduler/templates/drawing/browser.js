// What Vega asks of a browser, for an engine that is none. Nothing here fetches, and what is put off is next.
globalThis.window = globalThis.self = globalThis;
globalThis.setTimeout = (next) => void Promise.resolve().then(next);
globalThis.setInterval = () => 0;
globalThis.clearTimeout = globalThis.clearInterval = () => {};
globalThis.performance = { now: () => 0 };
globalThis.structuredClone = (value) => (value === undefined ? value : JSON.parse(JSON.stringify(value)));
