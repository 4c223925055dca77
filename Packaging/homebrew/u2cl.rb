# A formula for Homebrew, on macOS and Linux. UNTRIED: written without a Mac; Packaging/homebrew/README.md has more.
#
#   brew install --HEAD ./u2cl.rb
class U2cl < Formula
  desc "Cut subjects out of pictures, on any GPU or CPU, through OpenCL"
  homepage "https://github.com/u2cl/u2cl"
  license "Apache-2.0"
  head "https://github.com/u2cl/u2cl.git", branch: "main"

  depends_on "opencl-headers" => :build
  depends_on "pkgconf" => :build
  depends_on xcode: ["26.0", :build]
  depends_on "isa-l"
  depends_on "jpeg-turbo"
  depends_on "libpng"
  depends_on "opencl-icd-loader"
  depends_on "pocl"
  depends_on "webp"

  uses_from_macos "curl"
  uses_from_macos "python" => :build
  uses_from_macos "swift" => :build
  uses_from_macos "zlib"

  def install
    ENV["U2CL_COMMIT"] = Utils.git_short_head
    arguments = ["--disable-sandbox", "--configuration", "release"]
    arguments << "--static-swift-stdlib" if OS.linux?
    system "swift", "build", *arguments, "--product", "u2cl"
    system "swift", "build", *arguments, "--package-path", "Server", "--product", "u2cl-serve"
    bin.install ".build/release/u2cl", "Server/.build/release/u2cl-serve"
    system "scripts/build-manual", buildpath/"manual", bin/"u2cl", bin/"u2cl-serve"
    man1.install Dir["manual/man/man1/*"]
    bash_completion.install Dir["manual/bash-completion/completions/*"]
    zsh_completion.install Dir["manual/zsh/vendor-completions/*"]
    fish_completion.install Dir["manual/fish/vendor_completions.d/*"]
  end

  service do
    run [opt_bin/"u2cl-serve"]
    keep_alive true
    log_path var/"log/u2cl-serve.log"
    error_log_path var/"log/u2cl-serve.log"
  end

  test do
    assert_match version.to_s, shell_output("#{bin}/u2cl --version") unless build.head?
    cp test_fixtures("test.jpg"), testpath/"test.jpg"
    system bin/"u2cl", "run", "test.jpg", "-o", "mask.png", "--device", "reference"
    assert_path_exists testpath/"mask.png"
  end
end
