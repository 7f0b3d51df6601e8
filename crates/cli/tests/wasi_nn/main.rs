//! The pack of `examples/wasi-nn` by way of the program: built, signed, verified, run, and its receipt verified. Run it by
//! `examples/wasi-nn/run`.

use std::path::Path;
use std::process::Command;

use serde_json::Value;
use tempfile::TempDir;

/// A folder with keys of its own, in which the program runs.
struct Room {
    folder: TempDir,
}

impl Room {
    fn new() -> Self {
        let room = Self { folder: tempfile::tempdir().expect("a folder for temporary files") };
        room.well(&["keygen"]);
        room
    }

    fn run(&self, arguments: &[&str]) -> (i32, String, String) {
        let mut command = Command::new(env!("CARGO_BIN_EXE_avouch"));
        command.current_dir(self.folder.path()).args(["--format", "json"]).args(arguments);
        command
            .env("AVOUCH_KEYS", "keys")
            .env("AVOUCH_TRUST", "keys/trust.toml")
            .env("XDG_CACHE_HOME", self.folder.path().join("cache"));
        if arguments == ["keygen"] {
            // Nobody can be trusted before there are keys.
            command.env_remove("AVOUCH_TRUST");
        }
        let output = command.output().expect("the program starts");
        let text = |bytes| String::from_utf8(bytes).expect("the program prints UTF-8");
        (output.status.code().unwrap_or(-1), text(output.stdout), text(output.stderr))
    }

    fn well(&self, arguments: &[&str]) -> Value {
        let (code, stdout, stderr) = self.run(arguments);
        assert_eq!(code, 0, "{arguments:?}: {stdout}\n{stderr}");
        serde_json::from_str(&stdout).unwrap_or_else(|error| panic!("{arguments:?}: {error}: {stdout}"))
    }
}

fn floats(bytes: &[u8]) -> Vec<f32> {
    bytes.chunks_exact(4).map(|bytes| f32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]])).collect()
}

#[test]
fn a_pack_with_models_from_its_recipe_to_its_receipt() {
    let example = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/wasi-nn");
    let golden = example.join("golden");
    let example = example.to_str().expect("a path of text");
    let room = Room::new();
    room.well(&["pack", "build", example, "-o", "inference"]);
    room.well(&["pack", "sign", "inference"]);
    room.well(&["pack", "verify", "inference", "--features", "wasi-nn"]);
    let (code, ..) = room.run(&["pack", "verify", "inference", "--features", "simd128"]);
    assert_ne!(code, 0, "a program without the feature refuses it");
    let input = format!("x={}:4,10", golden.join("linear.x.f32").display());
    let call = ["kernel", "run", "linear", "--pack", "inference", "--input", &input];
    let ran = room.well(&[&call[..], &["--mode", "deadline", "--receipts", "receipts", "-o", "outputs"]].concat());
    assert_eq!((&ran["implementation"], &ran["meter"]), (&"host-computed".into(), &Value::Null), "{ran:#}");
    let output = std::fs::read(room.folder.path().join("outputs/y.npy")).expect("the output");
    let right = floats(&std::fs::read(golden.join("linear.y.f32")).expect("the reference evaluator's output"));
    let found = floats(&output[output.len() - 4 * right.len()..]);
    let worst = found.iter().zip(&right).map(|(found, right)| (found - right).abs()).fold(0.0, f32::max);
    assert!(worst <= 1e-6, "off by {worst}");
    let receipt = ran["receipt"].as_str().expect("a receipt was kept");
    let verified = room.well(&["verify", receipt]);
    assert_eq!(verified["word"], "good", "{verified:#}");
    // What the host computes has no meter, and nothing replays it.
    let (metered, ..) = room.run(&[&call[..], &["--mode", "metered"]].concat());
    let (replayed, ..) = room.run(&["kernel", "replay", receipt, "--pack", "inference", "--input", &input]);
    assert!(metered != 0 && replayed != 0, "metered ends with {metered}, replay with {replayed}");
    println!(
        "{} outputs, off by at most {worst:e}; metered refused ({metered}), replay refused ({replayed})",
        right.len()
    );
}
