//! What `build` and `check` cost beside `cp -r`, `diff -r` and `git status` on the same tree, and how that grows.
//!
//! `cargo bench --bench fleet` measures fleets of 1, 10 and 100 clusters, `-- --full` of 1000, too, `-- 30` of 30. All
//! contenders of a fleet run in turn, round by round, so that a busy machine hurts them alike; what counts are the
//! ratios of their medians. Each run that writes gets a fresh folder, and all are deleted at the end: creating files
//! just after deleting others is slow on some file systems.
#![expect(
    clippy::disallowed_methods,
    clippy::disallowed_macros,
    reason = "a benchmark of a program reads the clock, writes its inputs and says what it found"
)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use bayplan::compile::{Options, compile, expand};
use bayplan::source::{Source, Sources};

/// As the command has it.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const BAYPLAN: &str = env!("CARGO_BIN_EXE_bayplan");

/// Set where this program stands in for `bayplan`, to tell how much memory it took.
const PEAK: &str = "BAYPLAN_BENCH_PEAK";

/// What holds for every cluster of a fleet.
const SHARED: &str = r##"# The whole stack, by switches.
domain: "#{ cluster_name }#.example.com"
minio_enabled: true
minio_replicas: 4
minio_storage_size: 50Gi
loki_enabled: true
logs_retention: 14d
monitoring_enabled: true
restate_replicas: 3
restate_image: docker.restate.dev/restatedev/restate:1.7.5
"##;

/// A declaration of each cluster, and a raw object.
const DECLARATIONS: &str = r##"apiVersion: restate.dev/v1
kind: RestateCluster
metadata:
  name: orders
  annotations:
    bayplan.dev/snapshots: minio
spec:
  compute:
    image: "#{ restate_image }#"
    replicas: "#{ restate_replicas }#"
    resources:
      requests: { cpu: 500m, memory: 2Gi }
      limits: { memory: 2Gi }
  storage:
    storageRequestBytes: "#{ restate_gib * 1024 ** 3 }#"
  cluster:
    autoProvision: true
  config: |
    auto-provision = false
    default-num-partitions = 24
---
apiVersion: v1
kind: ConfigMap
metadata: { name: landing, namespace: web }
data: { domain: "#{ domain }#" }
"##;

/// Returns the inputs of a fleet: name and text of each file.
fn inputs(clusters: usize) -> impl Iterator<Item = (String, String)> {
    let shared = [("cluster.yaml", SHARED), ("declarations/orders.yaml", DECLARATIONS)];
    let own = (1..=clusters).map(|number| {
        let text = format!(
            "cluster_name: c{number:04}\nstorage_class: class-{}\nminio_storage_size: {}Gi\nminio_replicas: {}\n\
             logs_retention: {}d\nloki_enabled: {}\nrestate_replicas: {}\nrestate_gib: {}\n",
            number % 3,
            50 + number,
            4 + 4 * (number % 2),
            7 + number % 30,
            number % 10 != 9,
            [1, 3, 5][number % 3],
            10 + number % 7,
        );
        (format!("clusters/c{number:04}/cluster.yaml"), text)
    });
    shared.map(|(name, text)| (name.to_owned(), text.to_owned())).into_iter().chain(own)
}

fn write_inputs(directory: &Path, clusters: usize) {
    for (name, text) in inputs(clusters) {
        let path = directory.join(name);
        fs::create_dir_all(path.parent().expect("an input lies in a folder")).expect("a folder for inputs");
        fs::write(path, text).expect("an input");
    }
}

/// Runs a command to its end and returns how long it took.
fn time(command: &mut Command) -> Duration {
    command.stdout(Stdio::null()).stderr(Stdio::piped());
    let start = Instant::now();
    let output = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    let took = start.elapsed();
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
    took
}

fn bayplan(command: &str, directory: &Path) -> Duration {
    time(Command::new(BAYPLAN).arg(command).arg(directory))
}

fn git(directory: &Path, arguments: &[&str]) -> Duration {
    let mut git = Command::new("git");
    git.env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_NOSYSTEM", "1").arg("-C").arg(directory);
    time(git.args(["-c", "user.name=bench", "-c", "user.email=bench@example.com", "-c", "gc.auto=0"]).args(arguments))
}

fn median(mut times: Vec<Duration>) -> f64 {
    times.sort_unstable();
    times[times.len() / 2].as_secs_f64()
}

/// Something to be timed: its name, and one run of it.
type Contender<'run> = (&'run str, Box<dyn FnMut() -> Duration + 'run>);

/// Runs all `contenders` in turn, `rounds` times after one that warms up, and returns their medians in seconds.
fn medians(rounds: usize, contenders: &mut [Contender<'_>]) -> Vec<f64> {
    let mut times = vec![Vec::new(); contenders.len()];
    for round in 0..=rounds {
        for ((_, contender), times) in contenders.iter_mut().zip(&mut times) {
            let took = contender();
            if round > 0 {
                times.push(took);
            }
        }
    }
    times.into_iter().map(median).collect()
}

/// The contenders, and to which one each is compared.
const BUILD: usize = 0;
const CP: usize = 1;
const CHECK: usize = 2;
const REBUILD: usize = 3;
const DIFF: usize = 4;
const STATUS: usize = 5;

/// Measures a fleet and returns the medians in seconds, in the order above.
fn fleet(below: &Path, clusters: usize, smaller: Option<&(usize, Vec<f64>)>) -> Vec<f64> {
    let project = below.join(format!("fleet-{clusters}"));
    write_inputs(&project, clusters);
    bayplan("build", &project);
    let (tree, copy) = (project.join("kubernetes"), below.join(format!("copy-{clusters}")));
    time(Command::new("cp").arg("-r").args([&tree, &copy]));
    git(&project, &["init", "-q"]);
    git(&project, &["add", "-A"]);
    git(&project, &["commit", "-q", "-m", "all"]);

    let (mut builds, mut copies) = (0, 0);
    let mut contenders: [Contender<'_>; 6] = [
        (
            "build, fresh folder",
            Box::new(|| {
                builds += 1;
                let fresh = below.join(format!("build-{clusters}-{builds}"));
                write_inputs(&fresh, clusters);
                bayplan("build", &fresh)
            }),
        ),
        (
            "cp -r",
            Box::new(|| {
                copies += 1;
                time(Command::new("cp").arg("-r").arg(&tree).arg(below.join(format!("cp-{clusters}-{copies}"))))
            }),
        ),
        ("check, unchanged", Box::new(|| bayplan("check", &project))),
        ("build, unchanged", Box::new(|| bayplan("build", &project))),
        ("diff -r", Box::new(|| time(Command::new("diff").arg("-r").args([&tree, &copy])))),
        ("git status", Box::new(|| git(&project, &["status", "--porcelain"]))),
    ];
    let rounds = if clusters < 100 { 21 } else { (1000 / clusters).clamp(3, 9) };
    let medians = medians(rounds, &mut contenders);

    let (files, bytes) = size(&tree);
    println!("\nN = {clusters}: {files} files, {} kB, medians of {rounds} rounds", bytes / 1000);
    for (index, (name, _)) in contenders.iter().enumerate() {
        let ratio = |base: usize| format!("{:5.2} × {}", medians[index] / medians[base], contenders[base].0);
        let ratios = match index {
            BUILD => ratio(CP),
            CHECK | REBUILD => format!("{} {}", ratio(DIFF), ratio(STATUS)),
            _ => String::new(),
        };
        let growth = smaller.map(|(less, times)| format!("{:5.2} × N = {less}", medians[index] / times[index]));
        println!("  {name:20} {:9.2} ms  {ratios:35} {}", medians[index] * 1e3, growth.unwrap_or_default());
    }
    let peaks = ["check", "build"].map(|command| peak(command, &project).unwrap_or("unknown".to_owned()));
    println!("  peak memory: check {}, build of an unchanged tree {}", peaks[0], peaks[1]);
    medians
}

/// Returns the number of files below a folder, and of their bytes.
fn size(directory: &Path) -> (usize, u64) {
    fs::read_dir(directory).expect("a folder").map(|entry| entry.expect("an entry")).fold(
        (0, 0),
        |(files, bytes), one| {
            let metadata = one.metadata().expect("what it is");
            let (more_files, more_bytes) = if metadata.is_dir() { size(&one.path()) } else { (1, metadata.len()) };
            (files + more_files, bytes + more_bytes)
        },
    )
}

/// Returns how much memory a command took at most, where the system tells.
fn peak(command: &str, directory: &Path) -> Option<String> {
    let itself = std::env::current_exe().expect("this program has a path");
    let output = Command::new(itself).env(PEAK, "1").arg(command).arg(directory).output().expect("this program runs");
    let text = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    (output.status.success() && !text.is_empty()).then_some(text)
}

/// Runs the command line as `bayplan` does, then says how much memory it took.
fn stand_in() {
    let _ = bayplan::cli::run();
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    if let Some(peak) = status.lines().find_map(|line| line.strip_prefix("VmHWM:")) {
        println!("{}", peak.trim());
    }
}

/// A Restate cluster of three nodes, with what most of them have.
const RESTATE: &str = r#"apiVersion: restate.dev/v1
kind: RestateCluster
metadata:
  name: orders
  labels: { team: payments }
spec:
  cluster: { autoProvision: true }
  compute:
    image: docker.restate.dev/restatedev/restate:1.7.5
    replicas: 3
    env:
      - { name: RESTATE_WORKER__SNAPSHOTS__AWS_REGION, value: eu-central-1 }
    resources:
      requests: { cpu: 500m, memory: 2Gi }
      limits: { memory: 2Gi }
  storage: { storageRequestBytes: 10737418240 }
  security:
    networkPeers: { ingress: [], admin: [{ podSelector: {} }] }
    trustedCaCerts: [{ secretName: ca, key: ca.crt }]
  config: |
    roles = ["worker", "admin", "metadata-server", "log-server", "http-ingress"]
    auto-provision = false
    default-replication = 2

    [metadata-client]
    type = "replicated"
    addresses = ["http://restate-cluster:5122/"]

    [worker.snapshots]
    destination = "s3://snapshots/orders"
    snapshot-interval-num-records = 10000
"#;

/// Says what the expansion of one Restate cluster costs, from text to objects: 200 µs are the limit.
fn restate() {
    let sources = Sources::new(vec![Source::new("orders.yaml", RESTATE.as_bytes().to_vec())]);
    let once = || {
        let start = Instant::now();
        let expanded = expand(&sources);
        let took = start.elapsed();
        assert!(expanded.diagnostics.is_empty(), "{:#?}", expanded.diagnostics);
        assert_eq!(expanded.objects.len(), 14);
        took
    };
    once();
    println!("one RestateCluster, text to objects: {:.0} µs", median((0..501).map(|_| once()).collect()) * 1e6);
}

/// Says what one cluster costs without a process and a disk, and what a process costs without a cluster.
fn single() {
    let files = inputs(1).map(|(name, text)| Source::new(name, text.into_bytes())).collect();
    let sources = Sources::new(files);
    let once = || {
        let start = Instant::now();
        let compiled = compile(&sources, &Options::default());
        let took = start.elapsed();
        assert!(!compiled.diagnostics.has_errors(), "{:#?}", compiled.diagnostics);
        took
    };
    let first = once().as_secs_f64();
    let later = median((0..201).map(|_| once()).collect());
    println!("one cluster, text to tree: {:.0} µs, the first {:.0} µs", later * 1e6, first * 1e6);
    let medians = medians(
        51,
        &mut [
            ("", Box::new(|| time(Command::new(BAYPLAN).arg("--version")))),
            ("", Box::new(|| time(&mut Command::new("true")))),
        ],
    );
    println!("--version: {:.2} ms, {:.2} × true", medians[0] * 1e3, medians[0] / medians[1]);
}

fn main() {
    if std::env::var_os(PEAK).is_some() {
        return stand_in();
    }
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    if !arguments.iter().any(|argument| argument == "--bench") {
        return println!("nothing is measured but by `cargo bench`");
    }
    let full: &[usize] = if arguments.iter().any(|argument| argument == "--full") { &[1000] } else { &[] };
    let mut sizes: Vec<usize> = arguments.iter().filter_map(|argument| argument.parse().ok()).collect();
    if sizes.is_empty() {
        sizes = [&[1, 10, 100], full].concat();
    }
    let memory = Path::new("/dev/shm");
    let below: PathBuf = if memory.is_dir() { memory.to_owned() } else { std::env::temp_dir() };
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let load = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let kind = if memory.is_dir() { "in memory" } else { "on the disk, no tmpfs found" };
    println!("files {kind}; {threads} threads; load {}", load.split(' ').next().unwrap_or_default());
    let folder = tempfile::Builder::new().prefix("bayplan-bench-").tempdir_in(below).expect("a folder to work in");
    single();
    restate();
    let mut smaller: Option<(usize, Vec<f64>)> = None;
    for clusters in sizes {
        smaller = Some((clusters, fleet(folder.path(), clusters, smaller.as_ref())));
    }
}
