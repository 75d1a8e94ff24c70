// Replaces each static chart by the interactive one, as wide as its place in the page.
const OPTIONS = {
  ast: true, renderer: 'svg', actions: false, defaultStyle: false,
  logLevel: 1, tooltip: { disableDefaultStyle: true },
};
const NARROWEST = 120;
const COMPOSED = ['hconcat', 'vconcat', 'concat', 'facet', 'repeat'];
const FACETS = ['row', 'column', 'facet'];
const PAPER = 680; // px between the margins of an A4 page, and for one of two charts side by side
const HALF_PAPER = 328;

const FONTS = getComputedStyle(document.documentElement).getPropertyValue('--sans').trim();

// The page's own fonts: what Vega measures is then what the reader sees, in every script.
const lettered = (value, key = '') => {
  if (typeof value === 'string') return /^font$|Font$/.test(key) ? FONTS : value;
  if (value === null || typeof value !== 'object' || key === 'values' || key === 'datasets') return value;
  if (Array.isArray(value)) return value.map((inner) => lettered(inner));
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, lettered(inner, name)]));
};

const isComposed = (spec) =>
  COMPOSED.some((key) => key in spec) || FACETS.some((key) => key in (spec.encoding ?? {}));

// Views that stand side by side stand below each other instead.
const stacked = (spec) => {
  const copy = structuredClone(spec);
  if (copy.hconcat) {
    copy.vconcat = copy.hconcat;
    delete copy.hconcat;
  }
  if (copy.concat || copy.repeat || copy.facet) copy.columns = 1;
  if (copy.encoding?.facet) copy.encoding.facet.columns = 1;
  return copy;
};

// Each view gives up, or takes, what the whole is too wide, or too narrow.
const fitted = (spec, excess) => {
  const copy = structuredClone(spec);
  const children = copy.hconcat ?? copy.vconcat ?? copy.concat ?? [copy.spec ?? copy];
  for (const view of children) {
    const width = typeof view.width === 'number' ? view.width : (copy.config?.view?.continuousWidth ?? 300);
    view.width = Math.max(NARROWEST, Math.floor(width - excess));
  }
  return copy;
};

const overflows = (place) => {
  const box = place.querySelector('svg').getBoundingClientRect();
  return [...place.querySelectorAll('svg text')]
    .map((text) => text.getBoundingClientRect())
    .some((text) => text.width && (text.left < box.left - 1 || text.right > box.right + 1));
};

// Vega makes room for labels in one step, which moves the labels; a few steps more and all are inside.
const settled = async (place, view) => {
  for (let steps = 0; steps < 12 && overflows(place); steps += 1) await view.resize().runAsync();
};

const draw = async (place, chart) => {
  const embed = (spec) => window.vegaEmbed(place, spec, { ...OPTIONS, ...chart.locales, mode: chart.mode });
  const excess = () => (place.querySelector('svg')?.width.baseVal.value ?? 0) - place.clientWidth;
  let drawn = await embed(chart.spec);
  if (chart.mode !== 'vega-lite' || !isComposed(chart.spec) || excess() <= 1) return drawn;
  const column = stacked(chart.spec);
  drawn.finalize();
  drawn = await embed(column);
  if (Math.abs(excess()) <= 1) return drawn;
  const fit = fitted(column, excess());
  drawn.finalize();
  return embed(fit);
};

// The table stands right below its own drawing, however high the one beside it is.
const joined = (figure) => {
  const body = document.createElement('div');
  body.className = 'body';
  figure.querySelector('.drawing').before(body);
  body.append(...figure.querySelectorAll(':scope > .drawing, :scope > details'));
};

const start = async (figure) => {
  joined(figure);
  const place = figure.querySelector('.drawing');
  const chart = JSON.parse(figure.querySelector('.chart-spec').textContent);
  chart.spec = lettered({ ...chart.spec, config: { ...chart.spec.config, font: FONTS } });
  const still = place.innerHTML;
  const follows = chart.spec.width === 'container';
  let drawn;
  let width = place.clientWidth;
  const redraw = async () => {
    try {
      drawn?.finalize();
      drawn = await draw(place, chart);
      if (follows) await settled(place, drawn.view);
      figure.dataset.live = 'yes';
    } catch (error) {
      place.innerHTML = still;
      figure.dataset.live = 'no';
      console.error(error);
    }
  };
  await redraw();
  if (follows) {
    // After Vega's own answer to the new width.
    window.addEventListener('resize', () => drawn?.view.runAsync().then((view) => settled(place, view)));
    window.addEventListener('beforeprint', () => {
      const alone = place.clientWidth > 0.75 * figure.parentElement.clientWidth;
      drawn?.view.width(Math.min(place.clientWidth, alone ? PAPER : HALF_PAPER)).run();
    });
    window.addEventListener('afterprint', () => window.dispatchEvent(new Event('resize')));
  } else {
    window.addEventListener('resize', () => {
      if (Math.abs(place.clientWidth - width) < 2) return;
      width = place.clientWidth;
      redraw();
    });
  }
};

await document.fonts.ready;
for (const figure of document.querySelectorAll('figure.chart:has(.chart-spec)')) await start(figure);
document.documentElement.dataset.charts = 'live';
