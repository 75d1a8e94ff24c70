// Search and filters of the list of reports; what is chosen stands in the address, after #.
const form = document.querySelector('form');
const count = document.querySelector('.count');
const empty = document.querySelector('.empty');
const FACETS = ['period', 'report', 'model'];

const plain = (text) => text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();
const periods = Object.fromEntries([...form.period.options].map(({ value, text }) => [value, text]));
const rows = [...document.querySelectorAll('ol > li')].map((element) => ({
  element,
  text: plain(`${element.textContent} ${element.dataset.period} ${periods[element.dataset.period]}`),
}));
const all = count.textContent;

const fits = ({ element, text }, words, facets) =>
  facets.every(([name, value]) => element.dataset[name].split(' ').includes(value))
  && words.every((word) => text.includes(word));

function show() {
  const words = plain(form.q.value).split(/\s+/).filter(Boolean);
  const facets = FACETS.map((name) => [name, form[name].value]).filter(([, value]) => value);
  let shown = 0;
  for (const row of rows) {
    const fit = fits(row, words, facets);
    row.element.hidden = !fit;
    shown += fit;
  }
  const chosen = words.length || facets.length;
  count.textContent = chosen ? `${shown.toLocaleString('en')} of ${all}` : all;
  empty.hidden = shown > 0;
}

function remember() {
  const chosen = [...new FormData(form)].filter(([, value]) => value);
  history.replaceState(null, '', chosen.length ? `#${new URLSearchParams(chosen)}` : location.pathname + location.search);
}

function recall() {
  const chosen = new URLSearchParams(location.hash.slice(1));
  for (const name of ['q', ...FACETS]) form[name].value = chosen.get(name) ?? '';
  // A value that no report has any more chooses nothing, rather than an empty list without a reason.
  for (const name of FACETS) if (form[name].selectedIndex < 0) form[name].value = '';
  show();
}

function change() {
  show();
  remember();
}

function clear() {
  for (const name of ['q', ...FACETS]) form[name].value = '';
  change();
  form.q.focus();
}

form.addEventListener('input', change);
form.addEventListener('submit', (event) => event.preventDefault());
form.addEventListener('reset', (event) => { event.preventDefault(); clear(); });
empty.querySelector('button').addEventListener('click', clear);
window.addEventListener('hashchange', recall);
form.hidden = false;
recall();
