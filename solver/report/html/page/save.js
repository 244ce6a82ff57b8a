// A chart as a file of its own: an SVG that needs no style sheet, or a PNG that the browser makes of it.

const pictureStyle = [
  'fill', 'fill-opacity', 'stroke', 'stroke-width', 'stroke-opacity', 'stroke-dasharray', 'stroke-linejoin',
  'stroke-linecap', 'paint-order', 'opacity', 'font-family', 'font-size', 'font-weight', 'text-anchor',
  'dominant-baseline', 'shape-rendering'
];
const pixelsPerUnit = 3;

/** Copies an SVG element with the style that it has on this page, written into its attributes. */
function styledCopy(original) {
  const copy = original.cloneNode(true);
  const from = [original, ...original.querySelectorAll('*')], to = [copy, ...copy.querySelectorAll('*')];
  from.forEach((element, i) => {
    if (element.closest('defs, desc, title')) return;
    const style = getComputedStyle(element);
    for (const property of pictureStyle) to[i].setAttribute(property, style.getPropertyValue(property));
    to[i].removeAttribute('class');
    to[i].removeAttribute('style');
  });
  return copy;
}

/** Swatch and words of each entry of the legend that is not switched off. */
function legendEntries(figure) {
  return [...figure.legend.node().querySelectorAll('.legend li')]
      .map(item => ({swatch: item.querySelector('svg'), words: item.querySelector('span')}))
      .filter(({swatch, words}) => swatch && words && !words.classList.contains('off'));
}

/** The chart with its legend below it, as the text of an SVG, and its size. */
function standaloneSvg(figure) {
  const svg = figure.svg.node(), picture = styledCopy(svg);
  const [left, top, width, height] = svg.getAttribute('viewBox').split(' ').map(Number);
  const ink = getComputedStyle(document.body);
  const add = (name, attributes) => {
    const element = document.createElementNS('http://www.w3.org/2000/svg', name);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    return picture.appendChild(element);
  };
  let x = left + 12, y = top + height + 16;
  const entries = legendEntries(figure);
  for (const {swatch, words} of entries) {
    const needs = 34 + 6 + words.getBoundingClientRect().width + 18;
    if (x > left + 12 && x + needs > left + width) [x, y] = [left + 12, y + 20];
    const mark = styledCopy(swatch);
    mark.setAttribute('x', x);
    mark.setAttribute('y', y - 7);
    picture.append(mark);
    add('text', {
      x: x + 40,
      y: y + 4,
      fill: ink.color,
      'font-family': ink.fontFamily,
      'font-size': '13px'
    }).textContent = words.textContent;
    x += needs;
  }
  const whole = entries.length ? y + 16 - top : height;
  picture.prepend(add('rect', {x: left, y: top, width, height: whole, fill: ink.backgroundColor}));
  picture.setAttribute('viewBox', `${left} ${top} ${width} ${whole}`);
  picture.setAttribute('width', width);
  picture.setAttribute('height', whole);
  return {text: new XMLSerializer().serializeToString(picture), width, height: whole};
}

function saveBlob(blob, name) {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60000);
}

/** Both buttons, for the chart of a Figure. */
function appendSaveButtons(parent, figure) {
  const name = kind => `${`${document.title} ${figure.title}`.replace(/[^\p{L}\p{N}]+/gu, '-').slice(0, 80)}.${kind}`;
  appendButton(parent, 'SVG', 'Save this chart as SVG', () => {
    saveBlob(new Blob([standaloneSvg(figure).text], {type: 'image/svg+xml'}), name('svg'));
  });
  appendButton(parent, 'PNG', 'Save this chart as PNG', () => {
    const {text, width, height} = standaloneSvg(figure), image = new Image();
    image.onload = () => {
      const canvas = document.createElement('canvas');
      canvas.width = Math.round(pixelsPerUnit * width);
      canvas.height = Math.round(pixelsPerUnit * height);
      canvas.getContext('2d').drawImage(image, 0, 0, canvas.width, canvas.height);
      const bytes = atob(canvas.toDataURL('image/png').split(',')[1]);
      saveBlob(new Blob([Uint8Array.from(bytes, c => c.charCodeAt(0))], {type: 'image/png'}), name('png'));
    };
    image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(text)}`;
  });
}
