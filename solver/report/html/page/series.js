// How series are told apart: by colour, by dashes and by markers, each of which would do alone.

const dashes = [null, '8 4', '2 3', '10 3 2 3', '5 3 1 3', '14 4', '4 4', '1 4'];
const symbols = [
  d3.symbolCircle, d3.symbolSquare, d3.symbolTriangle, d3.symbolDiamond, d3.symbolCross, d3.symbolStar, d3.symbolWye
];

const seriesColours = 12;

/** Twelve colours and seven markers: 84 series differ. */
function seriesStyle(i) {
  const dash = dashes[(i + 3 * Math.floor(i / 8)) % dashes.length];  // the second round's markers have other dashes
  return {css: `s${i % seriesColours}`, dash, symbol: symbols[i % symbols.length]};
}

/** The path of a marker; `area` in square pixels. */
function markerPath(style, area = 48) { return d3.symbol().type(style.symbol).size(area)(); }

/** A piece of line with its marker, as the legend shows it. */
function appendSwatch(parent, style, {line = true, mark = true, band = false, markCss = 'mark'} = {}) {
  const svg =
      parent.append('svg').attr('width', 34).attr('height', 14).attr('aria-hidden', 'true').attr('class', style.css);
  if (band) svg.append('rect').attr('class', 'band').attr('y', 2).attr('width', 34).attr('height', 10);
  if (line)
    svg.append('line')
        .attr('class', 'line')
        .attr('x2', 34)
        .attr('y1', 7)
        .attr('y2', 7)
        .attr('stroke-dasharray', style.dash);
  if (mark) svg.append('path').attr('class', markCss).attr('d', markerPath(style)).attr('transform', 'translate(17,7)');
  return svg;
}

/** A legend that only explains. `entries`: {name, style, and appendSwatch's options}. */
function appendLegend(figure, entries) {
  const list = figure.legend.append('ul').attr('class', 'legend');
  for (const entry of entries) {
    const item = list.append('li');
    appendSwatch(item, entry.style, entry);
    item.append('span').text(entry.name);
  }
}

/**
 * A legend that chooses: a check box shows or hides a series, its name shows it alone, and again all of them. Pointing
 * at a name, or reaching it by the keyboard, pales the others. `hidden` is a Set of names, `changed` is called after
 * each change; `result(entry)` is what stands behind a name, below `resultName()`.
 */
function appendToggles(figure, series, hidden, changed, {result = null, resultName = null} = {}) {
  const heading = result ? figure.legend.append('p').attr('class', 'result-name') : null;
  const list = figure.legend.append('ul').attr('class', 'legend toggles');
  const isAlone = name => !hidden.has(name) && hidden.size === series.length - 1;
  const showAlone = name => {
    const all = isAlone(name);
    hidden.clear();
    if (!all) series.filter(entry => entry.name !== name).forEach(entry => hidden.add(entry.name));
    changed();
  };
  const pointAt = name => {
    figure.svg.classed('pointed', name !== null);
    figure.svg.selectAll('[data-series]').classed('pointed-at', function() { return this.dataset.series === name; });
  };
  const items = series.map(entry => {
    const item = list.append('li');
    const label = item.append('label');
    const box = label.append('input')
                    .attr('type', 'checkbox')
                    .attr('value', entry.name)
                    .attr('aria-label', `show ${entry.name}`)
                    .on('change', () => {
                      if (box.property('checked'))
                        hidden.delete(entry.name);
                      else
                        hidden.add(entry.name);
                      changed();
                    });
    appendSwatch(label, entry.style);
    const button = item.append('button')
                       .attr('type', 'button')
                       .attr('class', 'alone')
                       .attr('title', `Show ${entry.name} alone, or all again`)
                       .on('click', () => showAlone(entry.name))
                       .on('mouseenter', () => pointAt(entry.name))
                       .on('mouseleave', () => pointAt(null))
                       .on('focus', () => pointAt(entry.name))
                       .on('blur', () => pointAt(null));
    const text = button.append('span').text(entry.name);
    const behind = result ? item.append('span').attr('class', 'result') : null;
    return {entry, box, button, text, behind};
  });
  const refresh = () => {
    if (heading) heading.text(resultName());
    items.forEach(({entry, box, button, text, behind}) => {
      box.property('checked', !hidden.has(entry.name));
      text.classed('off', hidden.has(entry.name));
      button.attr('aria-pressed', String(isAlone(entry.name)));
      if (behind) behind.text(result(entry));
    });
  };
  refresh();
  return refresh;
}

/** Longest first, so that a noisy line lies below the others; equals stay in their order. `length(item)` in pixels. */
function longestFirst(items, length) {
  return items.map(item => ({item, length: length(item)})).sort((a, b) => b.length - a.length).map(e => e.item);
}

/** The length of a line through points [x, y]; gaps count nothing. */
function lengthThrough(points) {
  let sum = 0;
  for (let i = 1; i < points.length; ++i) {
    const step = Math.hypot(points[i][0] - points[i - 1][0], points[i][1] - points[i - 1][1]);
    if (Number.isFinite(step)) sum += step;
  }
  return sum;
}
