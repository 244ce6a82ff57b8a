// What every chart has: a title, controls, a drawing that is described in words, a legend, and its data as a table.

let figureCount = 0;

class Figure {
  /**
   * `wide`: over the whole width; `beside`: with the legend to the right of the drawing where there is room; `aspect`:
   * height over width of the drawing, or its `height` in pixels.
   */
  constructor(parent, {title, wide = false, beside = false, aspect = 0.62, height = null, margin = {}, kind}) {
    this.id = `figure-${++figureCount}`;
    this.figure = parent.append('figure')
                      .attr('id', this.id)
                      .attr('data-chart', kind)
                      .classed('wide', wide)
                      .classed('beside', beside);
    const caption = this.figure.append('figcaption');
    caption.append('h3').text(title);
    this.toolbar = caption.append('div').attr('class', 'toolbar');
    appendSaveButtons(caption.append('div').attr('class', 'toolbar'), this);
    const canvas = this.figure.append('div').attr('class', 'canvas');
    // One unit is one pixel at the time of drawing; later the picture scales with the page.
    this.width = Math.max(300, canvas.node().clientWidth || 640);
    this.height = height || Math.round(Math.max(240, this.width * aspect));
    this.svg = canvas.append('svg')
                   .attr('role', 'img')
                   .attr('viewBox', `0 0 ${this.width} ${this.height}`)
                   .attr('aria-label', title);
    this.title = title;
    this.box = {left: 64, right: 28, top: 12, bottom: 46, ...margin};
    this.legend = this.figure.append('div').attr('class', 'legends');
    this.clip = `${this.id}-clip`;
  }

  get x0() { return this.box.left; }
  get x1() { return this.width - this.box.right; }
  get y0() { return this.height - this.box.bottom; }
  get y1() { return this.box.top; }

  /** Empties the drawing, and returns its layers: axes below, marks clipped to the pane. */
  clear() {
    this.svg.selectAll('*').remove();
    this.svg.append('desc').text(this.sentence || '');
    this.svg.append('defs')
        .append('clipPath')
        .attr('id', this.clip)
        .append('rect')
        .attr('x', this.x0)
        .attr('y', this.y1)
        .attr('width', this.x1 - this.x0)
        .attr('height', this.y0 - this.y1);
    this.axes = this.svg.append('g');
    this.marks = this.svg.append('g').attr('clip-path', `url(#${this.clip})`);
    this.above = this.svg.append('g');
    return this;
  }

  /** What the chart shows, for those who do not see it. */
  describe(sentence) {
    this.sentence = sentence;
    this.svg.attr('aria-label', `${this.title}. ${sentence}`);
    this.svg.select('desc').text(sentence);
  }

  /**
   * The data as a table, made when it is opened. `rows` returns arrays of cells: text or numbers; `about` what they are
   * of, where they are not all.
   */
  table(headings, rows, about = () => '') {
    const details = this.figure.append('details');
    details.append('summary').text('Data as a table');
    const holder = details.append('div');
    details.on('toggle', () => {
      holder.selectAll('*').remove();
      if (!details.property('open')) return;
      if (about()) holder.append('p').text(about());
      const table = holder.append('table'), all = rows(), isText = cell => typeof cell === 'string';
      table.append('thead')
          .append('tr')
          .selectAll('th')
          .data(headings)
          .join('th')
          .attr('scope', 'col')
          .classed('number', (d, k) => all.length > 0 && !isText(all[0][k]))
          .text(d => d);
      const body = table.append('tbody').node();
      for (const cells of all) {
        const row = body.insertRow();
        for (const cell of cells) {
          const one = row.insertCell();
          one.textContent = isText(cell) ? cell : formatNumber(cell, 7);
          if (!isText(cell)) one.className = 'number';
        }
      }
    });
  }
}

/** A grid of figures in the section of that id; null when the page has no such section. */
function figuresIn(id) {
  const section = d3.select(`#${id}`);
  return section.empty() ? null : section.append('div').attr('class', 'figures');
}
