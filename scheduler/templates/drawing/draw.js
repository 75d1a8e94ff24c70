// Draws charts as SVG text. `widths` holds, for each weight, the width of every letter in em.
let chart = null;
let parsed = null;
let drawn = { svg: "", faults: [] };

const weightOf = (item) => (item.fontWeight === "bold" || +item.fontWeight >= 600 ? widths[600] : widths[400]);

vega.textMetrics.width = (item, text) => {
  const letters = weightOf(item);
  let length = 0;
  for (const letter of String(text)) length += letters[letter] ?? 1;
  length *= item.fontSize ?? 11;
  return item.limit > 0 ? Math.min(length, item.limit) : length;
};

const offline = (faults) => ({
  ...vega.loader(),
  load: (address) => {
    faults.push(`the address ${address} is not allowed`);
    return Promise.reject(new Error(address));
  },
});

// Takes a chart, which may then be drawn in several widths, and tells its own.
function take(text, isLite) {
  chart = isLite ? vegaLite.compile(JSON.parse(text)).spec : JSON.parse(text);
  parsed = null;
  return typeof chart.width === "number" ? chart.width : null;
}

// Begins a drawing, which is there when the engine has come to rest; `taken` hands it out.
function draw(room, locale) {
  const faults = [];
  const logger = vega.logger(vega.Error, "error", (method, level, words) => faults.push(Array.from(words, String).join(" ")));
  parsed ??= vega.parse({ ...chart, ...room });
  const view = new vega.View(parsed, { renderer: "none", loader: offline(faults), logger, locale });
  if ("width" in room) view.width(room.width);
  if ("padding" in room) view.padding(room.padding);
  drawn = { svg: "", faults };
  view.toSVG().then(
    (svg) => (drawn.svg = svg),
    (fault) => faults.push(String(fault)),
  ).finally(() => view.finalize());
}

const taken = () => JSON.stringify(drawn);
