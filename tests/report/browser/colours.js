// Whether the series' colours stand out from their ground, and from each other, for everyone.

// Distance of colours in OKLab (Ottosson 2020), as seen without red, green or blue cones (Machado, Oliveira &
// Fernandes 2009).
function checkColours(check) {
  const sights = [
    [[1, 0, 0], [0, 1, 0], [0, 0, 1]],
    [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.01182, 0.04294, 0.968881]],
    [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.3039]]
  ];
  const times = (m, v) => m.map(row => row.reduce((sum, a, i) => sum + a * v[i], 0));
  const oklab = rgb => {
    const cones = times(
        [
          [0.4122214708, 0.5363325363, 0.0514459929], [0.2119034982, 0.6806995451, 0.1073969566],
          [0.0883024619, 0.2817188376, 0.6299787005]
        ],
        rgb);
    return times(
        [
          [0.2104542553, 0.793617785, -0.0040720468], [1.9779984951, -2.428592205, 0.4505937099],
          [0.0259040371, 0.7827717662, -0.808675766]
        ],
        cones.map(Math.cbrt));
  };
  const root = getComputedStyle(document.documentElement);
  const linear = name => root.getPropertyValue(name).trim().match(/[0-9a-f]{2}/g).map(h => {
    const c = parseInt(h, 16) / 255;
    return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  });
  const luminance = c => 0.2126 * c[0] + 0.7152 * c[1] + 0.0722 * c[2];
  const contrast = (a, b) => (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
  const series = d3.range(seriesColours).map(i => linear(`--series-${i}`));
  const grounds = ['--paper', '--map-low', '--map-high'].map(name => luminance(linear(name)));
  for (const [i, c] of series.entries()) {
    check(grounds.every(g => contrast(luminance(c), g) >= 3), `colour ${i} stands out from the paper and the map`);
    for (let j = 0; j < i; ++j) {
      const nearest = d3.min(sights, sight => {
        const [a, b] = [c, series[j]].map(v => oklab(times(sight, v).map(x => Math.min(1, Math.max(0, x)))));
        return Math.hypot(...a.map((v, k) => v - b[k]));
      });
      check(nearest >= 0.09, `colours ${i} and ${j} differ for everyone: ${nearest}`);
    }
  }
}
