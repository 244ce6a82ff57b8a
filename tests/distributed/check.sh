#!/usr/bin/env bash
# Whole problems by several processes beside one process.
#
#   check.sh PART MPIRUN THALWEG_MPI THALWEG DATA     PART: bundles graphs tall files checkpoints mistakes records options
set -euo pipefail
here=$(realpath "$(dirname "$0")")
part=$1 mpirun=$2 many=$3 one=$4 data=$5
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

fail() { echo "$*"; exit 1; }
skip() { echo "skipped: $*"; exit 0; }
# key FILE KEY: a number or text of a report in JSON.
key() { sed -n "s/^.*\"$2\": *\"\?\([^\",}]*\).*$/\1/p" "$1" | head -n 1; }
# close A B: to 1e-6 of B.
close() { awk -v a="$1" -v b="$2" 'BEGIN { d = a - b; if (d < 0) d = -d; exit !(b != "" && a != "" && d <= 1e-6 * b) }'; }
# alike FILE [OPTION...]: 1, 2 and 4 processes come to the cost of one process without MPI; --linear-solver is theirs.
alike() {
  local file=$1
  shift
  [[ -e $file ]] || skip "$file is not there"
  local both=("$@")
  [[ ${1-} != --linear-solver ]] || both=("${@:3}")
  if [[ ${known-} != "$file ${both[*]}" ]]; then
    "$one" solve "$file" "${both[@]}" --json one.json --quiet || fail "thalweg solve $file ${both[*]} ended with $?"
    known="$file ${both[*]}"
  fi
  for n in 1 2 4; do
    "$mpirun" -n $n "$many" solve "$file" "$@" --json many.json --quiet || fail "$n processes, $file: ended with $?"
    close "$(key many.json final_cost)" "$(key one.json final_cost)" ||
      fail "$n processes, $file $*: cost $(key many.json final_cost); expected $(key one.json final_cost) to 1e-6"
    echo "$n processes, $(basename "$file") $*: $(key many.json final_cost), in one process $(key one.json final_cost)"
  done
}
# refused CODE WORDS COMMAND...: ends with this code, within 30 s, and one message of ours, with these words.
refused() {
  local code=$1 words=$2 status=0
  shift 2
  timeout 30 "$@" >out 2>&1 || status=$?
  ((status == code)) || { cat out; fail "$*: ended with $status; expected $code"; }
  [[ $(grep -c '^thalweg-mpi: error:' out) == 1 ]] || { cat out; fail "$*: expected one message"; }
  grep -qF -- "$words" out || { cat out; fail "$*: expected '$words'"; }
  echo "$(grep '^thalweg-mpi: error:' out)"
}
town() { "$one" generate bundle --cameras 30 --points 4000 --seed 3 --output town.txt --quiet; }

case $part in
  bundles)
    for name in problem-16-22106-pre problem-49-7776-pre; do alike "$data/bal/$name.txt.bz2"; done
    alike "$data/bal/problem-49-7776-pre.txt.bz2" --linear-solver mumps
    ;;
  graphs)
    for name in sphere2500 torus3D intel; do alike "$data/g2o/$name.g2o"; done
    ;;
  tall)
    awk 'BEGIN { srand(5); print "x,y"; for (i = 0; i < 300000; ++i) { x = 10 * i / 300000;
      printf "%.6f,%.6f\n", x, 3 * exp(-0.7 * x) + 0.5 + 0.1 * (rand() + rand() + rand() - 1.5) } }' >decay.csv
    printf '[model]\ny = "a * exp(-k * x) + c"\n[parameters]\na = { start = 1 }\nk = { start = 0.2 }\nc = { start = 0 }\n[data]\nfile = "decay.csv"\n' >decay.toml
    alike decay.toml
    ;;
  files)
    town
    "$one" solve town.txt --json one.json --quiet
    # Plain text in slices, compressed, and parts; what is written is what was solved.
    bzip2 -k town.txt
    "$mpirun" -n 2 "$many" partition town.txt -n 3
    for input in town.txt town.txt.bz2 town.txt.d; do
      "$mpirun" -n 3 "$many" solve $input --json many.json --quiet --output solved
      close "$(key many.json final_cost)" "$(key one.json final_cost)" || fail "$input: $(key many.json final_cost)"
      "$mpirun" -n 3 "$many" solve solved --json again.json --quiet
      close "$(key again.json initial_cost)" "$(key many.json final_cost)" || fail "$input: the solution was not written"
      # In the order of the file.
      [[ -d solved ]] || cmp <(sed -n '2,1000p' town.txt) <(sed -n '2,1000p' solved) || fail "$input: another order"
      rm -rf solved
    done
    # The same bits for the same number of processes.
    for i in 1 2; do "$mpirun" -n 4 "$many" solve town.txt --json same$i.json --quiet; done
    [[ $(key same1.json final_cost) == "$(key same2.json final_cost)" ]] || fail "two runs of 4 processes differ"
    ;;
  checkpoints)
    # Long enough to be killed in its midst: far from the minimum, to its last digits.
    "$one" generate bundle --cameras 300 --points 60000 --drift 3 --seed 4 --output town.txt --quiet
    "$mpirun" -n 2 "$many" solve town.txt --noise-tolerance 0 --json whole.json --quiet
    "$mpirun" -n 2 "$many" solve town.txt --noise-tolerance 0 --checkpoint best --checkpoint-every 1 --quiet >killed 2>&1 &
    job=$!
    for ((i = 0; i < 600 && $(stat -c %s best 2>/dev/null || echo 0) == 0; ++i)); do sleep 0.1; done
    # One of the processes whose command line is this job's.
    victim=$(ps -eo pid,ppid,args --no-headers | awk -v p=$job '$2 == p && /thalweg-mpi/ { print $1; exit }')
    [[ -n $victim ]] || fail "no process to kill"
    began=$SECONDS status=0
    kill -9 "$victim"
    wait $job || status=$?
    ((status != 0)) || fail "the job went on without a process"
    ((SECONDS - began <= 10)) || fail "the job took $((SECONDS - began)) s to end"
    "$mpirun" -n 3 "$many" solve town.txt --noise-tolerance 0 --resume best --json resumed.json --quiet
    close "$(key resumed.json final_cost)" "$(key whole.json final_cost)" ||
      fail "resumed: $(key resumed.json final_cost), without a stop: $(key whole.json final_cost)"
    echo "resumed: $(key resumed.json final_cost), without a stop: $(key whole.json final_cost)"
    ;;
  options)
    town
    # What is fixed stays, to its last digit, and the rest comes to the cost of one process.
    for fixed in focal cameras:3,points:0-99 cameras; do alike town.txt --fix $fixed; done
    "$mpirun" -n 3 "$many" solve town.txt --fix cameras:3 --output solved --quiet
    lines() { awk 'NR == 1 { o = $3 } NR > 1 + o + 9 * 3 && NR <= 1 + o + 9 * 4 { print $1 + 0 }' OFMT=%.17g "$1"; }
    cmp <(lines town.txt) <(lines solved) || fail "a fixed camera has moved"
    # Priors in another world: the start is moved there, and the worst of them is the same.
    awk 'NR == 1 { o = $3; first = 2 + o + 9 * $1; next } NR >= first { x[NR - first] = $1 }
      END { for (p = 0; p < 4000; p += 777) printf "point %d %.9g %.9g %.9g 0.2\n", p, 100 + 2 * x[3 * p] + (p % 3) / 4, 50 + 2 * x[3 * p + 1], 2 * x[3 * p + 2] }' town.txt >measured
    alike town.txt --prior measured
    "$one" solve town.txt --prior measured >one.out
    "$mpirun" -n 3 "$many" solve town.txt --prior measured >many.out
    notes() { grep '^note: ' "$1"; }
    [[ $(notes one.out | wc -l) == 2 ]] && cmp <(notes one.out) <(notes many.out) || fail "the notes differ"
    # The page of several processes says what that of one says.
    "$one" solve town.txt --report one.html --quiet
    "$mpirun" -n 3 "$many" solve town.txt --report many.html --quiet
    headings() { grep -o '<h[12][^>]*>[^<]*' "$1"; }
    cmp <(headings one.html) <(headings many.html) || fail "the pages have different headings"
    grep -q 'mpirun -n 3 thalweg-mpi solve town.txt --report many.html' many.html || fail "the page does not say how it came about"
    ;;
  records)
    town
    "$mpirun" -n 3 "$many" solve town.txt --record rec --max-iterations 3 --json many.json --quiet || (($? == 1))
    # What was written down is what was counted, and what one sends another receives.
    for side in sent received; do
      cat rec/process-* | grep '^[sx] ' | awk -v side=$side '{ split($0, half, "|"); n = split(half[side == "sent" ? 1 : 2], of, " ")
        for (i = 1; i <= n; ++i) if (split(of[i], m, ":") == 2) sum += m[2] } END { printf "%.0f\n", sum }' >$side
    done
    sed 's/"message_bytes"/\n&/g' many.json | sed -n 's/^"message_bytes": *\([0-9.e+]*\).*/\1/p' | awk '{ s += $1 } END { printf "%.0f\n", s }' >counted
    [[ $(<sent) == "$(<received)" && $(<sent) == "$(<counted)" && $(<sent) != 0 ]] ||
      fail "sent $(<sent), received $(<received), counted $(<counted) bytes"
    echo "sent, received and counted: $(<sent) bytes"
    refused 2 "--record knows nothing of" "$mpirun" -n 2 "$many" solve town.txt --record rec --linear-solver mumps
    mkdir full && echo mine >full/diary
    refused 2 "holds 'diary'" "$mpirun" -n 2 "$many" solve town.txt --max-iterations 1 --record full
    command -v python3 >/dev/null || skip "the replay needs python3"
    python3 "$here/../../bench/distributed_replay.py" rec >replayed || fail "the recordings do not replay"
    # 1 s and 3 s of work; 1000 bytes at 1000 bytes/s with 1 s latency there, 500 back, and 8 to each other.
    mkdir two
    printf 'process 0 of 2\ni 1\nw product 1000\ns 1:1000 | 1:500\na 8\ni 2\n' >two/process-00000
    printf 'process 1 of 2\ni 1\nw product 3000\ns 0:500 | 0:1000\na 8\ni 2\n' >two/process-00001
    python3 "$here/../../bench/distributed_replay.py" two --latency 1 --overhead 0 --bandwidth 1000 --product 1e-3 \
      --threads 1 >replayed
    [[ $(awk 'NR == 2 { print $4 }' replayed) == 5.508000 ]] || { cat replayed; fail "expected an iteration of 5.508 s"; }
    ;;
  mistakes)
    town
    "$mpirun" -n 2 "$many" partition town.txt -n 2
    printf '1 2 2\n0 0 1 1\n0 1 2 2\n%s\n' "$(printf '1\n%.0s' {1..15})" >two_points.txt
    refused 2 "4 processes and 2 points" "$mpirun" -n 4 "$many" solve two_points.txt
    refused 3 "holds parts for 2 processes, and there are 3" "$mpirun" -n 3 "$many" solve town.txt.d
    refused 2 "-ksp_typo" "$mpirun" -n 2 "$many" solve town.txt -ksp_typo 3
    refused 2 "Unable to find requested KSP type" "$mpirun" -n 2 "$many" solve town.txt -ksp_type nonsense
    refused 2 "--lower is not among the options of thalweg-mpi solve: a distributed solve has no bounds" \
      "$mpirun" -n 2 "$many" solve town.txt --lower focal=400
    refused 2 "--share is not among the options" "$mpirun" -n 2 "$many" solve town.txt --share intrinsics
    refused 2 "expected a whole number below 30" "$mpirun" -n 2 "$many" solve town.txt --prior camera:30=1,2,3,1
    refused 2 "there is no 'lens'" "$mpirun" -n 2 "$many" solve town.txt --fix lens
    refused 2 "--init does not go with" "$mpirun" -n 2 "$many" solve town.txt --init file
    refused 2 "--method dogleg" "$mpirun" -n 2 "$many" solve town.txt --method dogleg
    refused 2 "unknown linear solver" "$mpirun" -n 2 "$many" solve town.txt --linear-solver dense
    head -n 100 town.txt >cut.txt
    refused 3 "cut.txt:101:1" "$mpirun" -n 2 "$many" solve cut.txt
    refused 3 "nothing.txt" "$mpirun" -n 2 "$many" solve nothing.txt
    rm town.txt.d/part-00001
    refused 3 "part-00001" "$mpirun" -n 2 "$many" solve town.txt.d
    echo nothing >none
    refused 3 "none" "$mpirun" -n 2 "$many" solve town.txt --resume none
    # Another file in one process: each has a folder of its own.
    mkdir a b
    cp town.txt a
    "$one" generate bundle --cameras 30 --points 4000 --seed 8 --output b/town.txt --quiet
    refused 2 "different files" "$mpirun" -n 1 --wdir a "$many" solve town.txt : -n 1 --wdir b "$many" solve town.txt
    ;;
  *) fail "unknown part '$part'" ;;
esac
