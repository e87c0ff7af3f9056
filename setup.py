from setuptools import find_packages, setup
from setuptools.command.build_py import build_py

ROOMS = ("cli", "engine", "models", "datasets", "training", "serving", "validation")
DATA = [
    "*.toml",
    "*.json",
    "*.onnx",
    "*.md",
    "*.html",
    "*.css",
    "*.js",
    "*.svg",
    "*.txt",
    "*.pem",
    "signature",
]
found = [f"laennec.{p}" for p in find_packages(".") if p.split(".")[0] in ROOMS]


class BuildRooms(build_py):
    """The package stands at the root, where this script would be taken for one of its modules."""

    def find_package_modules(self, package: str, package_dir: str) -> list[tuple[str, str, str]]:
        modules: list[tuple[str, str, str]] = super().find_package_modules(package, package_dir)
        return [m for m in modules if m[:2] != ("laennec", "setup")]


setup(
    package_dir={"laennec": "."},
    packages=["laennec", *found],
    py_modules=[],
    include_package_data=False,
    package_data={
        "laennec": ["py.typed"],
        **{package: DATA for package in found},
        "laennec.models": ["*/bundles/*/*", "*/*/bundles/*/*"],
    },
    cmdclass={"build_py": BuildRooms},
)
