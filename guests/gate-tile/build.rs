//! Tells the linker each profile's memory and stack, from the profile table itself.

use gate::profile::Profile;

fn main() {
    {
        let profile = Profile::TILE;
        let link = |argument: String| println!("cargo:rustc-link-arg-bin=gate-{}={argument}", profile.name);
        link(format!("--initial-memory={}", profile.memory_bytes));
        link(format!("--max-memory={}", profile.memory_bytes));
        link(format!("-zstack-size={}", profile.stack_bytes));
        link("--no-entry".to_owned());
        for name in ["alloc", "execute", "output_len"] {
            link(format!("--export={name}"));
        }
    }
}
