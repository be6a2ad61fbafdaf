/** A sum that keeps its rounding errors apart: Kahan's method as Neumaier improved it. */
export class CompensatedSum {
  sum: number;
  lost: number;

  constructor(sum = 0) {
    this.sum = sum;
    this.lost = 0;
  }

  add(value: number): void {
    const before = this.sum;
    const after = before + value;
    if (after === Infinity || after === -Infinity) this.lost = 0;
    else if (Math.abs(before) >= Math.abs(value)) this.lost += before - after + value;
    else this.lost += value - after + before;
    this.sum = after;
  }

  get total(): number {
    return this.sum + this.lost;
  }
}
