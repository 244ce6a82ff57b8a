// Whether the page of many fits draws all of its data, and its maps are what the bytes say.

async function checkBatch({iterations, parameters, maps, worst}, {check, equal, all, chart}) {
  const bars = (figure, counts) => equal(
      all('.canvas .bar', figure).length, counts.filter(n => n > 0).length, `bars of ${figure.dataset.chart}`);
  const rows = all('#endings tbody tr');
  equal(all('#endings td.share').length, rows.length, 'bars of the shares');
  equal(!!chart('iterations'), !!iterations, 'a histogram where there are iterations');
  if (iterations) bars(chart('iterations'), iterations.counts);
  const distributions = all('figure[data-chart="distribution"]');
  equal(distributions.length, parameters.length, 'distributions');
  distributions.forEach((figure, j) => bars(figure, parameters[j].counts));
  equal(all('figure[data-chart="fit"]').length, worst.length, 'the worst fits');
  const figures = all('figure[data-chart="map"]');
  equal(figures.length, maps ? maps.list.length : 0, 'maps');
  for (const [j, figure] of figures.entries()) {
    const map = maps.list[j], image = new Image();
    image.src = figure.querySelector('.canvas image').getAttribute('href');
    await image.decode();
    equal(`${image.width} × ${image.height}`, `${maps.across} × ${maps.down}`, 'cells of the picture');
    const canvas = document.createElement('canvas');
    [canvas.width, canvas.height] = [image.width, image.height];
    canvas.getContext('2d').drawImage(image, 0, 0);
    const pixels = canvas.getContext('2d').getImageData(0, 0, image.width, image.height).data;
    const bytes = [...atob(map.cells)].map(c => c.charCodeAt(0));
    const lightness = i => d3.lab(d3.rgb(...pixels.slice(4 * i, 4 * i + 3))).l;
    check(bytes.every((b, i) => (pixels[4 * i + 3] === 0) === (b === 0)), 'transparent where there is no value');
    const known = evenly(bytes.length, 50).filter(i => bytes[i] > 0).sort((a, b) => bytes[a] - bytes[b]);
    check(known.every((i, k) => k === 0 || lightness(i) >= lightness(known[k - 1]) - 0.5), 'larger values are lighter');
    const pane = figure.querySelector('.pane'), box = pane.getBoundingClientRect();
    const reading = () => figure.querySelector('.reading').textContent, idle = reading();
    pane.dispatchEvent(new MouseEvent(
        'mousemove', {clientX: box.x + 0.7 * box.width, clientY: box.y + 0.7 * box.height, bubbles: true}));
    check(/row.*column.*:/.test(reading()), `the map is read: ${reading()}`);
    pane.dispatchEvent(new MouseEvent('mouseleave'));
    equal(reading(), idle, 'reading ends');
  }
}
