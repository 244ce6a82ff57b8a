// How series are told apart: by colour, by dashes and by markers, each of which would do alone.

const dashes = [null, '8 4', '2 3', '10 3 2 3', '5 3 1 3', '14 4', '4 4', '1 4'];
const symbols = [
  d3.symbolCircle, d3.symbolSquare, d3.symbolTriangle, d3.symbolDiamond, d3.symbolCross, d3.symbolStar, d3.symbolWye
];

/** Eight colours and seven markers: 56 series differ. */
function seriesStyle(i) {
  const dash = dashes[(i + 3 * Math.floor(i / 8)) % dashes.length];  // the second round's colours have other dashes
  return {css: `s${i % 8}`, dash, symbol: symbols[i % symbols.length]};
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

/** A legend whose check boxes show and hide: `hidden` is a Set of names, `changed` is called after each change. */
function appendToggles(figure, series, hidden, changed) {
  const list = figure.legend.append('ul').attr('class', 'legend toggles');
  const labels = [];
  for (const entry of series) {
    const label = list.append('li').append('label');
    const box = label.append('input').attr('type', 'checkbox').attr('value', entry.name).on('change', () => {
      if (box.property('checked'))
        hidden.delete(entry.name);
      else
        hidden.add(entry.name);
      changed();
    });
    appendSwatch(label, entry.style);
    const text = label.append('span').text(entry.name);
    labels.push({entry, box, text});
  }
  const refresh = () => labels.forEach(({entry, box, text}) => {
    box.property('checked', !hidden.has(entry.name));
    text.classed('off', hidden.has(entry.name));
  });
  refresh();
  return refresh;
}
