"""What the tests share: databases, a cast, makers, a guarded page client, hostile inputs."""
