//! Arguments → exit code.

use descope_mgmt::cli::{self, Exit};

fn main() -> Exit {
    cli::main(std::env::args_os())
}
